"""Generates text from messages with a model on an OpenAI-compatible server; decoding is greedy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rag.errors import ModelUnavailable
from rag.models.generator import MAX_NEW_TOKENS
from rag.models.wire import Address, Request, Unanswered, http_address, posted
from rag.types import Message

REMOTE_TIMEOUT = 60.0  # seconds without a byte from the server
DEADLINE = 3 * REMOTE_TIMEOUT
LONGEST = 4_000  # characters read of an answer; one of MAX_NEW_TOKENS has about a thousand
END = "[DONE]"


class RemoteGenerator:
    """A Generator on an OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama, or a paid one).

    The messages, including quotes, leave this machine, but only for this address: no redirect is followed, no proxy
    used.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        *,
        max_new_tokens: int = MAX_NEW_TOKENS,
        timeout: float = REMOTE_TIMEOUT,
        allowed: Callable[[Address], bool] = lambda address: True,
    ) -> None:
        """`timeout` is the longest silence in seconds; `allowed` decides which addresses may be connected to."""
        self.base_url = http_address(base_url)
        self.model = model
        self.max_new_tokens = max_new_tokens
        self._api_key = api_key
        self._timeout = timeout
        self._allowed = allowed

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the pieces as the server sends them, "" while it is silent; raise ModelUnavailable, with the address, if not."""
        body = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": 0,
            "max_tokens": self.max_new_tokens,
            "stream": True,
        }
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        request = Request(
            url,
            body,
            self._api_key,
            silence=self._timeout,
            deadline=max(self._timeout, DEADLINE),
            allowed=self._allowed,
        )
        try:
            yield from self._pieces(posted(request))
        except Unanswered as error:
            raise ModelUnavailable(self.model, str(error).replace(url, self.base_url)) from error

    def _pieces(self, lines: Iterator[bytes | None]) -> Iterator[str]:
        said, ended = 0, False
        for line in lines:
            data = None if line is None else line.decode("utf-8", "replace").strip()
            if data is None:
                yield ""
            elif data == f"data: {END}" or said >= LONGEST:
                ended = True
                break
            elif data.startswith("data:"):
                piece, ended = self._piece(data.removeprefix("data:").strip(), ended)
                piece = piece[: LONGEST - said]
                said += len(piece)
                yield piece
            elif data and not data.startswith((":", "event:", "id:", "retry:")):
                raise Unanswered(f"{self._server} does not speak OpenAI's protocol ({data[:80]}); check the address")
        if not ended:
            raise Unanswered(f"{self._server} broke off before its answer ended; try again")
        if not said:
            raise Unanswered(f"{self._server} sent no text; try again, or choose another model")

    def _piece(self, data: str, ended: bool) -> tuple[str, bool]:
        """Return the text of one chunk, and True if the answer has ended."""
        try:
            chunk: Any = json.loads(data)
            if "error" in chunk:
                raise Unanswered(f"{self._server} broke off ({str(chunk['error'])[:200]}); try again")
            choices = chunk["choices"]
            if choices == []:
                return "", ended
            if not isinstance(choices, list):
                raise TypeError("choices is no list")
            words = choices[0]["delta"].get("content")
            if not isinstance(words, (str, type(None))):
                raise TypeError("content is no text")
            ended = ended or choices[0].get("finish_reason") is not None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unanswered(
                f"{self._server} does not speak OpenAI's protocol ({type(error).__name__}: {data[:80]}); check the address"
            ) from error
        return (words or "").encode("utf-8", "replace").decode(), ended

    @property
    def _server(self) -> str:
        return f"the server at {self.base_url}"

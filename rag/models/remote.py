"""Words text from messages with a model on an OpenAI-compatible server; decoding is greedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.errors import ModelUnavailable
from rag.models.generator import MAX_NEW_TOKENS
from rag.types import Message

REMOTE_TIMEOUT = 60.0  # seconds without a byte from the server


class RemoteGenerator:
    """A Generator on an OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama, or a paid one).

    The messages, with the quotes in them, leave this machine.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        *,
        max_new_tokens: int = MAX_NEW_TOKENS,
        timeout: float = REMOTE_TIMEOUT,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"{base_url!r} is no server's address; give one like http://127.0.0.1:8000/v1")
        self.base_url = base_url
        self.model = model
        self.max_new_tokens = max_new_tokens
        self._api_key = api_key or "none"  # the client insists on one, a server of one's own wants none
        self._timeout = timeout

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the pieces as the server sends them; raise ModelUnavailable, with the address, if not."""
        import httpx
        import openai

        written: list[Any] = [{"role": message.role, "content": message.content} for message in messages]
        try:
            with openai.OpenAI(
                base_url=self.base_url, api_key=self._api_key, timeout=self._timeout, max_retries=0
            ) as client:
                stream = client.chat.completions.create(
                    model=self.model,
                    messages=written,
                    temperature=0,
                    max_tokens=self.max_new_tokens,
                    stream=True,
                )
                with stream:
                    yield from _pieces(stream)
        except (
            openai.OpenAIError,
            httpx.HTTPError,
            ValueError,
        ) as error:  # httpx: the stream broke off midway
            raise ModelUnavailable(self.model, _remote_reason(self.base_url, error)) from error


def _pieces(stream: Any) -> Iterator[str]:
    for chunk in stream:
        if chunk.choices and (piece := chunk.choices[0].delta.content):
            yield piece


def _remote_reason(base_url: str, error: Exception) -> str:
    import openai

    said = " ".join(str(getattr(error, "message", error)).split())[:200]
    if isinstance(error, openai.APITimeoutError):
        return f"the server at {base_url} did not answer in time; try again, or ask a smaller model"
    if isinstance(error, openai.APIConnectionError):
        return f"no server answers at {base_url}; start it, or correct the address"
    if isinstance(error, openai.APIStatusError):
        return f"the server at {base_url} refused ({error.status_code}: {said}); check model and key"
    return f"the server at {base_url} broke off or does not speak OpenAI's protocol ({said}); check the address"

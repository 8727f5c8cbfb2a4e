"""Stores conversations on disk, one JSON file each, so that answers and citations survive a reload.

A file holds complete answers: every quote with its place and the hash of its file. Nothing is sent anywhere.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.types import Answer, Citation, Hit, Passage, Place, Sentence, Trace, Turn

NAME = re.compile(r"[0-9a-f]{16}")  # 8 random bytes, so never a path
TITLE_LENGTH = 60  # characters that fit in two lines of the list
LOCAL_OWNER = "local"
SURROGATES = "backslashreplace"  # a lone surrogate is an escape in JSON, and is read back unchanged


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """One exchange, as shown: `hashes` maps each source to the sha256 of its file when indexed."""

    answer: Answer
    asked: str  # ISO 8601, UTC
    hashes: Mapping[str, str] = field(default_factory=dict)
    stopped: bool = False
    rating: int = 0  # 1 helpful, -1 not helpful, 0 unrated
    notice: str = ""  # a remark on how it was answered
    seconds: float = 0.0  # from the question to the complete answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """A titled sequence of turns about one collection."""

    id: str
    title: str = ""
    turns: tuple[KeptTurn, ...] = ()
    collection: str = ""  # "" is the one that the chat was started with

    def history(self) -> list[Turn]:
        """Return the history for follow-up questions."""
        return [Turn(turn.answer.question, turn.answer.text) for turn in self.turns]


class Conversations:
    """A folder of conversations, with a subfolder for each owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, owner: str, name: str) -> Conversation:
        """Read a conversation; a missing or unreadable one is empty, with this name."""
        path = self._path(owner, name)
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            turns = tuple(_turn(turn) for turn in value["turns"])
            return Conversation(name, value["title"], turns, str(value.get("collection", "")))
        except FileNotFoundError:
            return Conversation(name)
        except (OSError, ValueError, KeyError, TypeError):
            with suppress(OSError):
                path.rename(path.with_suffix(".damaged"))  # kept for its owner and never overwritten
            return Conversation(name)

    def save(self, owner: str, conversation: Conversation) -> None:
        """Write a conversation by one rename, so that a reader sees the old file or the new one."""
        path = self._path(owner, conversation.id)
        text = json.dumps(asdict(conversation), ensure_ascii=False, indent=1)
        self._prepare(path.parent)
        scratch = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        try:
            with open(scratch, "xb", opener=private) as stream:
                stream.write(text.encode("utf-8", SURROGATES))
            os.replace(scratch, path)
        except OSError:
            with suppress(OSError):
                scratch.unlink(missing_ok=True)
            raise

    def append(self, owner: str, conversation: Conversation, turn: KeptTurn) -> Conversation:
        """Return the conversation with one more turn, saved; the first question is its title."""
        title = conversation.title or title_of(turn.answer.question)
        longer = replace(conversation, title=title, turns=(*conversation.turns, turn))
        self.save(owner, longer)
        return longer

    def rate(self, owner: str, name: str, position: int, rating: int) -> None:
        """Save the user's rating of an answer, in the conversation and as a line of `ratings.jsonl`."""
        conversation = self.load(owner, name)
        if not 0 <= position < len(conversation.turns):
            return
        turns = list(conversation.turns)
        turns[position] = replace(turns[position], rating=rating)
        self.save(owner, replace(conversation, turns=tuple(turns)))
        answer = turns[position].answer
        line = {"time": now(), "conversation": name, "turn": position + 1, "rating": rating,
                "question": answer.question, "answer": answer.text, "abstained": answer.abstained}  # fmt: skip
        with open(self.ratings_file(owner), "a", encoding="utf-8", errors=SURROGATES, opener=private) as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def ratings_file(self, owner: str) -> Path:
        """Return the user's file of ratings."""
        return self._folder(owner) / "ratings.jsonl"

    def titles(self, owner: str, collection: str | None = None) -> list[tuple[str, str]]:
        """List (name, title), latest first, of one collection or of all."""
        files = sorted(self._folder(owner).glob("*.json"), key=_changed, reverse=True)
        named = [(file.stem, self.load(owner, file.stem)) for file in files if NAME.fullmatch(file.stem)]
        return [(name, one.title) for name, one in named if one.turns and collection in (None, one.collection)]

    def rename(self, owner: str, name: str, title: str) -> None:
        """Rename a conversation."""
        conversation = self.load(owner, name)
        if conversation.turns and title.strip():
            self.save(owner, replace(conversation, title=" ".join(title.split())[:TITLE_LENGTH]))

    def delete(self, owner: str, name: str) -> None:
        """Delete a conversation permanently."""
        self._path(owner, name).unlink(missing_ok=True)

    def _prepare(self, folder: Path) -> None:
        """Create the folders of the conversations, private to this user, including those of earlier versions."""
        for place in (self.folder, folder):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            if place.stat().st_mode & 0o077:
                with suppress(OSError):  # a volume owned by another user
                    place.chmod(0o700)

    def _folder(self, owner: str) -> Path:
        if owner != LOCAL_OWNER and not NAME.fullmatch(owner):
            raise ValueError(f"not an owner: {owner!r}")
        return self.folder / owner

    def _path(self, owner: str, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError(f"not a conversation: {name!r}")
        return self._folder(owner) / f"{name}.json"


def title_of(question: str) -> str:
    """Return the default title of a conversation, from its first question."""
    return " ".join(question.split())[:TITLE_LENGTH]


def before(conversation: Conversation, number: int) -> Conversation:
    """Return the conversation before a turn that is asked again; a title from that question is dropped."""
    if number == 1 and conversation.turns and conversation.title == title_of(conversation.turns[0].answer.question):
        conversation = replace(conversation, title="")
    return replace(conversation, turns=conversation.turns[: number - 1])


def private(path: str, flags: int) -> int:
    """Open a file that only this user can read."""
    return os.open(path, flags, 0o600)


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:  # deleted meanwhile
        return 0


def new_name() -> str:
    """Return an unguessable name."""
    return secrets.token_hex(8)


def now() -> str:
    """Return the current UTC time, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def answer_from(value: Mapping[str, Any]) -> Answer:
    """Restore an Answer from its `asdict` form in JSON."""
    return Answer(
        question=value["question"],
        text=value["text"],
        sentences=tuple(
            Sentence(s["text"], tuple(_citation(c) for c in s["citations"]), s["verdict"]) for s in value["sentences"]
        ),
        citations=tuple(_citation(c) for c in value["citations"]),
        hits=tuple(Hit(_passage(h["passage"]), h["score"]) for h in value["hits"]),
        abstained=value["abstained"],
        trace=Trace(**{**value["trace"], "rejected": tuple(value["trace"]["rejected"])}),
    )


def _turn(value: Mapping[str, Any]) -> KeptTurn:
    return KeptTurn(**{**value, "answer": answer_from(value["answer"])})


def _citation(value: Mapping[str, Any]) -> Citation:
    return Citation(**{**value, "passage": _passage(value["passage"]), "traits": tuple(value.get("traits", ()))})


def _passage(value: Mapping[str, Any]) -> Passage:
    return Passage(**{**value, "places": tuple(Place(*place) for place in value["places"])})

"""Stores conversations on disk, one JSON file each, so that answers and citations survive a reload.

A file holds complete answers: every quote with its place and the hash of its file. Nothing is sent anywhere.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from rag.types import Answer, Citation, Hit, Passage, Place, Sentence, Trace, Turn
from rag.web.session.files import SURROGATES, replaced, state_of
from rag.web.session.ratings import forgotten, noted

NAME = re.compile(r"[0-9a-f]{16}")  # 8 random bytes, so never a path
TITLE_LENGTH = 60  # characters that fit in two lines of the list
LOCAL_OWNER = "local"


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


class _Listed(NamedTuple):
    """What the list says of a conversation whose file has this state."""

    state: tuple[int, ...]
    title: str
    collection: str
    turns: int


class Conversations:
    """A folder of conversations, with a subfolder for each owner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()  # a change reads and writes a file; both take milliseconds
        self._listed: dict[str, dict[str, _Listed]] = {}  # by owner and name

    def load(self, owner: str, name: str) -> Conversation:
        """Read a conversation; a missing or damaged one is empty, with this name."""
        with self._lock:
            try:
                return self._read(owner, name) or Conversation(name)
            except FileNotFoundError:
                return Conversation(name)

    def holds(self, owner: str, name: str) -> bool:
        """Return True if the conversation is stored."""
        return self._path(owner, name).exists()

    def save(self, owner: str, conversation: Conversation) -> None:
        """Write a conversation, whole or not at all."""
        path = self._path(owner, conversation.id)
        text = json.dumps(asdict(conversation), ensure_ascii=False, indent=1)
        with self._lock:
            self._prepare(path.parent)
            replaced(path, text.encode("utf-8", SURROGATES))

    def append(self, owner: str, conversation: Conversation, turn: KeptTurn, *, stored: bool = False) -> Conversation:
        """Return the conversation with one more turn, saved; the first question is its title.

        A name or a rating given since the question was asked stays. `stored` means that the conversation was stored
        then: if it has been deleted since, nothing is saved.
        """
        with self._lock:
            try:
                current = self._read(owner, conversation.id) or conversation
            except FileNotFoundError:
                current = conversation
                if stored or conversation.turns:
                    return conversation
            if len(current.turns) < len(conversation.turns):  # deleted, and begun again elsewhere
                return conversation
            current = before(current, len(conversation.turns) + 1)
            title = current.title or title_of(turn.answer.question)
            longer = replace(current, title=title, turns=(*current.turns, turn))
            self.save(owner, longer)
            return longer

    def rate(self, owner: str, name: str, position: int, rating: int) -> None:
        """Save the user's rating of an answer, in the conversation and as a line of `ratings.jsonl`."""
        with self._lock:
            conversation = self.load(owner, name)
            if not 0 <= position < len(conversation.turns):
                return
            turns = list(conversation.turns)
            turns[position] = replace(turns[position], rating=rating)
            self.save(owner, replace(conversation, turns=tuple(turns)))
            answer = turns[position].answer
            line = {"time": now(), "conversation": name, "turn": position + 1, "rating": rating,
                    "question": answer.question, "answer": answer.text, "abstained": answer.abstained}  # fmt: skip
            noted(self.ratings_file(owner), line)

    def ratings_file(self, owner: str) -> Path:
        """Return the user's file of ratings."""
        return self._folder(owner) / "ratings.jsonl"

    def titles(self, owner: str, collection: str | None = None) -> list[tuple[str, str]]:
        """List (name, title), latest first, of one collection or of all; one that cannot be read now is left out.

        A file is read again only once it has changed.
        """
        states = {file.stem: state_of(file) for file in self._folder(owner).glob("*.json") if NAME.fullmatch(file.stem)}
        before, known = self._listed.get(owner, {}), dict[str, _Listed]()
        for name, state in sorted(states.items(), key=itemgetter(1), reverse=True):
            with suppress(OSError):
                found = before.get(name)
                known[name] = found if found and found.state == state else _listed(self.load(owner, name), state)
        self._listed[owner] = known
        return [(name, one.title) for name, one in known.items() if one.turns and collection in (None, one.collection)]

    def rename(self, owner: str, name: str, title: str) -> None:
        """Rename a conversation."""
        with self._lock:
            conversation = self.load(owner, name)
            if conversation.turns and title.strip():
                self.save(owner, replace(conversation, title=" ".join(title.split())[:TITLE_LENGTH]))

    def delete(self, owner: str, name: str) -> None:
        """Delete a conversation permanently, with the ratings of its answers."""
        path = self._path(owner, name)
        with self._lock:
            forgotten(self.ratings_file(owner), name)
            path.unlink(missing_ok=True)

    def _read(self, owner: str, name: str) -> Conversation | None:
        """Return a stored conversation; None if its file is damaged, which is set aside and never overwritten."""
        path = self._path(owner, name)
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            turns = tuple(_turn(turn) for turn in value["turns"])
            return Conversation(name, value["title"], turns, str(value.get("collection", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            with suppress(OSError):
                path.rename(path.with_suffix(".damaged"))
            return None

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


def stamp(conversation: Conversation) -> str:
    """Return what tells if a page shows all turns: another text once one is added, or asked again."""
    last = conversation.turns[-1:]
    return " ".join([str(len(conversation.turns)), *(f"{turn.asked} {turn.seconds}" for turn in last)])


def _listed(conversation: Conversation, state: tuple[int, ...]) -> _Listed:
    return _Listed(state, conversation.title, conversation.collection, len(conversation.turns))


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

"""Answers in several chat rooms at once, as a bot would: one open index, a history per room, no blocked event loop."""

import asyncio
from collections import defaultdict, deque

from rag import Rag, build

MESSAGES = [
    ("harbour", "How many North Koreans work in Russia?"),
    ("kitchen", "Who won the 2031 election?"),
    ("harbour", "And what do they do there?"),
]  # a bot receives these from its service
histories: defaultdict[str, deque[tuple[str, str]]] = defaultdict(lambda: deque(maxlen=6))


async def reply(rag: Rag, room: str, text: str) -> str:
    answer = await asyncio.to_thread(rag.ask, text, history=list(histories[room]))
    histories[room].append((text, answer.text))
    places = [f"[{citation.marker}] {citation.place}" for citation in answer.citations]
    return "\n".join([answer.text, *places])


async def main() -> None:
    rag = Rag.open("index", generator=None)
    for room, text in MESSAGES:
        print(f"#{room}: {text}\n{await reply(rag, room, text)}\n")


build("seeds", "index")
asyncio.run(main())

"""Asks several questions of one open index: models are loaded once, and the history resolves follow-up questions."""

from rag import Rag, build

build("seeds", "index")
rag = Rag.open("index", generator=None)  # None: answers in quotes only
history: list[tuple[str, str]] = []
for question in ("How many North Koreans work in Russia?", "And what do they do there?"):
    for partial in rag.stream(question, history=history):
        answer = partial  # a growing Answer: the passages first, then one verified sentence after another
    print(question, "→", "refused" if answer.abstained else answer.text)
    history.append((answer.question, answer.text))

"""Lets a generator of one's own word the answers. What it says is shown only if the quotes support it; else the quote is shown."""

from collections.abc import Iterator, Sequence

from rag import Message, Rag, build


class Parrot:
    """A generator is any class with this method."""

    def generate(self, messages: Sequence[Message]) -> Iterator[str]:
        yield "About a million North Koreans work in Russia."


build("seeds", "index")
answer = Rag.open("index", generator=Parrot()).ask("How many North Koreans work in Russia?")
print(answer.text)
print([sentence.verdict for sentence in answer.sentences], answer.trace.rejected)

"""Uses a custom generator to word answers. Its text is shown if the quotes support it, otherwise the quote."""

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

"""Uses an index as a LangChain retriever; each document has the file and span of its text. Requires langchain-core."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag import Hit, Rag, build


class RagRetriever(BaseRetriever):
    """A LangChain retriever on an open index."""

    rag: Rag
    k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [document(hit) for hit in self.rag.search(query, k=self.k)]


def document(hit: Hit) -> Document:
    place = {"source": hit.passage.source, "start": hit.passage.start, "end": hit.passage.end, "page": hit.passage.page}
    return Document(id=hit.passage.id, page_content=hit.passage.text, metadata={**place, "score": hit.score})


build("seeds", "index")
retriever = RagRetriever(rag=Rag.open("index", generator=None), k=3)
for found in retriever.invoke("How many North Koreans work in Russia?"):
    print("LangChain:", found.metadata["source"], found.metadata["start"], found.page_content[:60])

"""Uses an index as a LlamaIndex retriever; each node has the file and span of its text. Requires llama-index-core."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag import Hit, Rag, build


class RagRetriever(BaseRetriever):
    """A LlamaIndex retriever on an open index."""

    def __init__(self, rag: Rag, k: int = 5) -> None:
        super().__init__()
        self.rag, self.k = rag, k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [node(hit) for hit in self.rag.search(query_bundle.query_str, k=self.k)]


def node(hit: Hit) -> NodeWithScore:
    place = {"source": hit.passage.source, "start": hit.passage.start, "end": hit.passage.end, "page": hit.passage.page}
    return NodeWithScore(node=TextNode(id_=hit.passage.id, text=hit.passage.text, metadata=place), score=hit.score)


build("seeds", "index")
retriever = RagRetriever(Rag.open("index", generator=None), k=3)
for found in retriever.retrieve("How many North Koreans work in Russia?"):
    print("LlamaIndex:", found.node.metadata["source"], found.node.metadata["start"], found.node.get_content()[:60])

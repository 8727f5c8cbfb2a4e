"""Lists the passages nearest to a question, and then only those of one file."""

from rag import Rag, build

build("seeds", "index")
rag = Rag.open("index", generator=None)
hits = rag.search("railway to Rajin", k=3)
for hit in hits:
    print(hit)
print(rag.search("railway to Rajin", k=3, sources=[hits[0].passage.source])[0])

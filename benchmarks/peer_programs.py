"""Runs one program, set up as its own documentation shows, on the folder and questions of benchmarks/peers.py.

    PYTHON_OF_THE_PROGRAM benchmarks/peer_programs.py NAME WORK index|answers

WORK holds seeds/, questions.json, encoder/ and generator/ (both in transformers' format). "index" builds, updates and
searches; "answers" opens the stored index and answers. Writes WORK/NAME.index.json or WORK/NAME.answers.json. Only the
class for this project imports it, because every peer runs in its own virtual environment.

Where a quick start leaves something open, the program's default is used; where it names a service, the same program's
local integration replaces it. Sources: LlamaIndex "Starter Tutorial (Using Local LLMs)", "Document Management" and
"CitationQueryEngine"; LangChain "Build a RAG agent", its two-step chain, and the indexing API; txtai
`examples/rag_quickstart.py` and "RAG"; Haystack "Get Started", tutorials 27 (first RAG pipeline) and 30
(preprocessing), MIGRATION.md of 3.0.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

os.environ |= {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
}

MAX_NEW_TOKENS = 96  # limit of this project's generator; the same for all
DEEP = 5  # passages per search
Found = list[tuple[str, str]]  # (file, text) of passages, best first
Reply = tuple[str, dict[str, str]]  # an answer, and the cited text for each of its citations


class Program(Protocol):
    """The interface of every program; a new object has nothing loaded."""

    def build(self) -> int:
        """Read the seeds, index them and save the index; return its number of passages."""

    def open(self) -> None:
        """Open the saved index, with the language model."""

    def update(self, file: Path) -> None:
        """Update the index after a file changed, also on the disk."""

    def search(self, question: str) -> Found:
        """Return the DEEP nearest passages."""

    def answer(self, question: str) -> Reply:
        """Answer a question."""


class LlamaIndex:
    """VectorStoreIndex and its query engine."""

    def __init__(self, work: Path) -> None:
        from llama_index.core import Settings
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.work, self.kept = work, work / "llamaindex"
        Settings.embed_model = HuggingFaceEmbedding(model_name=str(work / "encoder"), device="cpu")
        Settings.llm = None

    def _read(self) -> list[Any]:
        from llama_index.core import SimpleDirectoryReader

        return SimpleDirectoryReader(str(self.work / "seeds"), filename_as_id=True).load_data()

    def build(self) -> int:
        from llama_index.core import VectorStoreIndex

        self.index: Any = VectorStoreIndex.from_documents(self._read())
        self.index.storage_context.persist(str(self.kept))
        return len(self.index.docstore.docs)

    def open(self) -> None:
        from llama_index.core import Settings, StorageContext, load_index_from_storage
        from llama_index.llms.huggingface import HuggingFaceLLM

        folder = str(self.work / "generator")
        Settings.llm = HuggingFaceLLM(
            model_name=folder, tokenizer_name=folder, max_new_tokens=MAX_NEW_TOKENS, is_chat_model=True,
            device_map="cpu", generate_kwargs={"do_sample": False},
        )  # fmt: skip
        self.index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(self.kept)))
        self.engine = self._engine()

    def _engine(self) -> Any:
        return self.index.as_query_engine()

    def update(self, file: Path) -> None:
        self.index.refresh_ref_docs(self._read())
        self.index.storage_context.persist(str(self.kept))

    def search(self, question: str) -> Found:
        nodes = self.index.as_retriever(similarity_top_k=DEEP).retrieve(question)
        return [(node.metadata["file_name"], node.text) for node in nodes]

    def answer(self, question: str) -> Reply:
        return str(self.engine.query(question)), {}


class LlamaIndexCiting(LlamaIndex):
    """The same index with the CitationQueryEngine."""

    def _engine(self) -> Any:
        from llama_index.core.query_engine import CitationQueryEngine

        return CitationQueryEngine.from_args(self.index)

    def answer(self, question: str) -> Reply:
        reply = self.engine.query(question)
        return str(reply), {str(n): node.text for n, node in enumerate(reply.source_nodes, start=1)}


class LangChain:
    """FAISS behind the indexing API, and the two-step chain."""

    def __init__(self, work: Path) -> None:
        from langchain_core.indexing import InMemoryRecordManager
        from langchain_huggingface import HuggingFaceEmbeddings

        self.work, self.kept = work, work / "langchain"
        self.encoder = HuggingFaceEmbeddings(model_name=str(work / "encoder"))
        self.records = InMemoryRecordManager(namespace="faiss/seeds")

    def build(self) -> int:
        import faiss
        from langchain_community.docstore.in_memory import InMemoryDocstore
        from langchain_community.vectorstores import FAISS

        flat = faiss.IndexFlatL2(len(self.encoder.embed_query("hello world")))
        self.store: Any = FAISS(
            embedding_function=self.encoder, index=flat, docstore=InMemoryDocstore(), index_to_docstore_id={}
        )
        self.records.create_schema()
        self._index()
        return int(self.store.index.ntotal)

    def _index(self) -> None:
        from langchain_community.document_loaders import DirectoryLoader, TextLoader
        from langchain_core.indexing import index
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        loader = DirectoryLoader(
            str(self.work / "seeds"), glob="*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
        )
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        splits = splitter.split_documents(loader.load())
        index(splits, self.records, self.store, cleanup="incremental", source_id_key="source", key_encoder="sha256")
        self.store.save_local(str(self.kept))

    def open(self) -> None:
        from langchain.agents import create_agent
        from langchain.agents.middleware import dynamic_prompt
        from langchain_community.vectorstores import FAISS
        from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline

        self.store = FAISS.load_local(str(self.kept), self.encoder, allow_dangerous_deserialization=True)
        pipeline = HuggingFacePipeline.from_model_id(
            model_id=str(self.work / "generator"), task="text-generation",
            pipeline_kwargs={"max_new_tokens": MAX_NEW_TOKENS, "do_sample": False, "return_full_text": False},
        )  # fmt: skip

        @dynamic_prompt
        def prompt_with_context(request: Any) -> str:
            found = self.store.similarity_search(request.state["messages"][-1].text)
            held = "\n\n".join(each.page_content for each in found)
            return f"You are a helpful assistant. Use the following context in your response:\n\n{held}"

        self.agent = create_agent(ChatHuggingFace(llm=pipeline), tools=[], middleware=[prompt_with_context])

    def update(self, file: Path) -> None:
        self._index()

    def search(self, question: str) -> Found:
        found = self.store.similarity_search(question, k=DEEP)
        return [(Path(each.metadata["source"]).name, each.page_content) for each in found]

    def answer(self, question: str) -> Reply:
        done = self.agent.invoke({"messages": [{"role": "user", "content": question}]})
        return str(done["messages"][-1].text), {}


class Txtai:
    """Embeddings with content, and the RAG pipeline with its reference."""

    TEMPLATE = (
        "Answer the following question using the provided context.\n\nQuestion:\n{question}\n\nContext:\n{context}\n"
    )

    def __init__(self, work: Path) -> None:
        from txtai import Embeddings

        self.work, self.kept = work, str(work / "txtai")
        self.index: Any = Embeddings(content=True, path=str(work / "encoder"))

    def _chunks(self, file: Path) -> list[tuple[str, str]]:
        from txtai.pipeline import Segmentation

        parts = Segmentation(paragraphs=True)(file.read_text(encoding="utf-8"))
        return [(f"{file.name}#{n}", part) for n, part in enumerate(parts)]

    def build(self) -> int:
        self.index.index([chunk for file in sorted((self.work / "seeds").iterdir()) for chunk in self._chunks(file)])
        self.index.save(self.kept)
        return int(self.index.count())

    def open(self) -> None:
        from txtai import LLM, RAG

        self.index.load(self.kept)
        model = LLM(str(self.work / "generator"), task="language-generation")
        self.rag = RAG(
            self.index, model, system="You are a friendly assistant", template=self.TEMPLATE, output="reference"
        )

    def update(self, file: Path) -> None:
        held = self.index.search(
            "select id from txtai where id like :file", 10_000, parameters={"file": f"{file.name}#%"}
        )
        self.index.delete([row["id"] for row in held])
        self.index.upsert(self._chunks(file))
        self.index.save(self.kept)

    def search(self, question: str) -> Found:
        return [(row["id"].rpartition("#")[0], row["text"]) for row in self.index.search(question, DEEP)]

    def answer(self, question: str) -> Reply:
        made = self.rag(question, maxlength=None, max_new_tokens=MAX_NEW_TOKENS)
        held = self.index.search("select text from txtai where id = :id", 1, parameters={"id": made["reference"]})
        return made["answer"], {"": held[0]["text"]} if held else {}


class Haystack:
    """InMemoryDocumentStore with an embedding retriever, and a chat pipeline."""

    TEMPLATE = (
        "Given these documents, answer the question.\nDocuments:\n"
        "{% for doc in documents %}\n    {{ doc.content }}\n{% endfor %}\n"
    )

    def __init__(self, work: Path) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.work, self.kept = work, str(work / "haystack.json")
        self.store: Any = InMemoryDocumentStore()
        self.indexing = self._indexing()
        self.searching = self._searching()

    def _indexing(self) -> Any:
        from haystack import Pipeline
        from haystack.components.converters import TextFileToDocument
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
        from haystack.components.writers import DocumentWriter
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        parts = {
            "converter": TextFileToDocument(),
            "cleaner": DocumentCleaner(),
            "splitter": DocumentSplitter(split_by="word", split_length=150, split_overlap=50),
            "embedder": SentenceTransformersDocumentEmbedder(model=str(self.work / "encoder"), progress_bar=False),
            "writer": DocumentWriter(self.store),
        }
        return _connected(Pipeline(), parts)

    def _searching(self) -> Any:
        from haystack import Pipeline
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        pipeline = Pipeline()
        pipeline.add_component(
            "embedder", SentenceTransformersTextEmbedder(model=str(self.work / "encoder"), progress_bar=False)
        )
        pipeline.add_component("retriever", InMemoryEmbeddingRetriever(self.store))
        pipeline.connect("embedder.embedding", "retriever.query_embedding")
        return pipeline

    def build(self) -> int:
        self.indexing.run({"converter": {"sources": sorted((self.work / "seeds").iterdir())}})
        self.store.save_to_disk(self.kept)
        return int(self.store.count_documents())

    def open(self) -> None:
        from haystack.components.builders import ChatPromptBuilder
        from haystack.dataclasses import ChatMessage
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.generators.transformers import TransformersChatGenerator

        self.store = InMemoryDocumentStore.load_from_disk(self.kept)
        self.searching = self._searching()
        template = [ChatMessage.from_system(self.TEMPLATE), ChatMessage.from_user("{{question}}")]
        self.answering = self._searching()
        self.answering.add_component("prompt_builder", ChatPromptBuilder(template=template, required_variables="*"))
        self.answering.add_component("llm", TransformersChatGenerator(
            model=str(self.work / "generator"), task="text-generation",
            generation_kwargs={"max_new_tokens": MAX_NEW_TOKENS, "do_sample": False},
        ))  # fmt: skip
        self.answering.connect("retriever", "prompt_builder.documents")
        self.answering.connect("prompt_builder", "llm")

    def update(self, file: Path) -> None:
        stale = self.store.filter_documents({"field": "meta.file_path", "operator": "==", "value": file.name})
        self.store.delete_documents([document.id for document in stale])
        self.indexing.run({"converter": {"sources": [file]}})
        self.store.save_to_disk(self.kept)

    def search(self, question: str) -> Found:
        done = self.searching.run({"embedder": {"text": question}, "retriever": {"top_k": DEEP}})
        return [(each.meta["file_path"], each.content) for each in done["retriever"]["documents"]]

    def answer(self, question: str) -> Reply:
        done = self.answering.run({"embedder": {"text": question}, "prompt_builder": {"question": question}})
        return done["llm"]["replies"][0].text, {}


class Ours:
    """This project, with its defaults."""

    def __init__(self, work: Path) -> None:
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        self.work, self.kept = work, work / "ours"
        self.rag: Any = None

    def build(self) -> int:
        import rag

        shutil.rmtree(self.kept, ignore_errors=True)  # so that everything is embedded again
        return rag.build(self.work / "seeds", self.kept).passages

    def open(self) -> None:
        import rag

        self.rag = rag.Rag.open(self.kept)

    def update(self, file: Path) -> None:
        import rag

        rag.build(self.work / "seeds", self.kept)

    def search(self, question: str) -> Found:
        import rag

        self.rag = self.rag or rag.Rag.open(self.kept, generator=None)
        return [(hit.passage.source, hit.passage.text) for hit in self.rag.search(question, k=DEEP)]

    def answer(self, question: str) -> Reply:
        made = self.rag.ask(question)
        if made.abstained:
            return "", {}
        return made.text, {str(citation.marker): citation.quote for citation in made.citations}


class OursUnread(Ours):
    """The same search without the reader: the nearest passages, as the page shows them first."""

    def search(self, question: str) -> Found:
        import rag

        self.rag = self.rag or rag.Rag.open(self.kept, generator=None)
        return [(hit.passage.source, hit.passage.text) for hit in self.rag.rankings(question, k=DEEP)["fused"]][:DEEP]


PROGRAMS = {
    "llamaindex": LlamaIndex,
    "llamaindex_citing": LlamaIndexCiting,
    "langchain": LangChain,
    "txtai": Txtai,
    "haystack": Haystack,
    "ours": Ours,
    "ours_unread": OursUnread,
}


def _connected(pipeline: Any, parts: Mapping[str, Any]) -> Any:
    for name, part in parts.items():
        pipeline.add_component(name, part)
    for first, second in zip(parts, list(parts)[1:], strict=False):
        pipeline.connect(first, second)
    return pipeline


def index(
    program: Program, work: Path, questions: Sequence[Mapping[str, Any]], *, building: bool
) -> Iterator[dict[str, Any]]:
    """Build, search every question, then change a paragraph of a file three times; yield the results after each."""
    made: dict[str, Any] = {}
    if building:
        started = time.perf_counter()
        made["passages"] = program.build()
        made["build"] = time.perf_counter() - started
        yield made
    for question in questions[:5]:  # warm-up
        program.search(question["question"])
    made["search"], made["found"] = [], []
    for question in questions:
        started = time.perf_counter()
        found = program.search(question["question"])
        made["search"].append(time.perf_counter() - started)
        made["found"].append(found)
    yield made
    if building:
        made["update"] = list(updates(program, work))
        yield made


def updates(program: Program, work: Path) -> Iterator[float]:
    """Yield the seconds to update after a changed paragraph; undo the change at the end."""
    file = sorted((work / "seeds").iterdir())[0]
    before = file.read_text(encoding="utf-8")
    for turn in range(3):
        first, rest = before.split("\n\n", 1)
        file.write_text(f"{first}\n\nTurn {turn} is about {turn + 7} tame walruses. {rest}", encoding="utf-8")
        started = time.perf_counter()
        program.update(file)
        yield time.perf_counter() - started
    file.write_text(before, encoding="utf-8")
    program.update(file)


def answers(program: Program, questions: Sequence[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Answer the selected questions; yield the answers after each."""
    program.open()
    asked = [question["question"] for question in questions if question["answered"]]
    program.answer(asked[0])
    made: list[dict[str, Any]] = []
    for question in asked:
        started = time.perf_counter()
        text, cited = program.answer(question)
        made.append({"seconds": time.perf_counter() - started, "text": text, "cited": cited})
        print(f"{made[-1]['seconds']:.1f} s  {question}  →  {text[:100]!r}", flush=True)
        yield made


def main() -> None:
    name, folder, phase = sys.argv[1:]
    work = Path(folder)
    questions = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    program: Program = PROGRAMS[name](work)
    kept = work / f"{name}.{phase}.json"
    stages: Iterator[Any] = answers(program, questions)
    if phase == "index":
        stages = index(program, work, questions, building=name != "ours_unread")
    for made in stages:  # an interrupted run keeps its results
        kept.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()

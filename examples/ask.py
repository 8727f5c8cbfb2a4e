"""Builds an index of seeds/ and answers one question, with the exact place of every quote."""

from rag import ask, build

report = build("seeds", "index")
print(f"{report.read} files, {report.passages} passages, {report.duplicates} duplicates folded")

answer = ask("How many North Koreans work in Russia?", "index")
print(answer.text)
for citation in answer.citations:
    print(f"[{citation.marker}] {citation.place} {citation.quote!r}")

"""Names the loader of each kind of file. A new format is one function and one line here."""

from __future__ import annotations

from rag.load.markup.epub import parse_epub
from rag.load.markup.html import parse_html
from rag.load.markup.mail import parse_mail
from rag.load.markup.notebook import parse_notebook
from rag.load.markup.xml import parse_xml
from rag.load.office import READERS, parse_office
from rag.load.parsed import Loader
from rag.load.pdf.pdf import parse_pdf
from rag.load.tables.csv import parse_table
from rag.load.tables.records import parse_json, parse_json_lines
from rag.load.text.markdown import parse_markdown
from rag.load.text.plain import parse_plain
from rag.load.text.rtf import parse_rtf
from rag.load.text.subtitles import parse_subtitles

LOADERS: dict[str, Loader] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain,
    ".text": parse_plain,
    "": parse_plain,  # README, LICENSE
    **dict.fromkeys((".log", ".rst", ".adoc", ".org", ".tex"), parse_plain),
    ".srt": parse_subtitles,
    ".vtt": parse_subtitles,
    ".csv": parse_table,
    ".tsv": parse_table,
    ".json": parse_json,
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
    ".ipynb": parse_notebook,
    ".pdf": parse_pdf,
    ".html": parse_html,
    ".htm": parse_html,
    ".xhtml": parse_html,
    ".xml": parse_xml,
    ".epub": parse_epub,
    ".eml": parse_mail,
    ".rtf": parse_rtf,
    **dict.fromkeys(READERS, parse_office),
}
IN_PROCESS = frozenset({parse_markdown, parse_plain, parse_table, parse_json, parse_json_lines, parse_subtitles})
# everything else is parsed in a child process that may die

"""Maps each kind of file to its loader. A new format is one function and one line here."""

from __future__ import annotations

from rag.errors import LoadError
from rag.load.code.program import parse_program
from rag.load.code.settings import parse_settings
from rag.load.kinds import CODE, SETTINGS, kind_of, why_not
from rag.load.light.asciidoc import parse_asciidoc
from rag.load.light.org import parse_org
from rag.load.light.rst import parse_rst
from rag.load.light.tex import parse_tex
from rag.load.mail.mailbox import parse_mailbox
from rag.load.mail.message import parse_message, parse_saved_page
from rag.load.mail.outlook import parse_outlook
from rag.load.markup.epub import parse_epub
from rag.load.markup.html import parse_html
from rag.load.markup.notebook import parse_notebook
from rag.load.markup.svg import parse_svg
from rag.load.markup.xml import parse_xml
from rag.load.office import READERS, parse_office
from rag.load.office.flat import parse_flat
from rag.load.parsed import Loader, Parsed, reason_of
from rag.load.pdf.pdf import parse_pdf
from rag.load.pdf.picture import PICTURES, parse_picture
from rag.load.records.cards import parse_cards
from rag.load.records.chat_export import parse_json_or_chat
from rag.load.records.literature import parse_bibtex, parse_ris
from rag.load.tables.csv import parse_table
from rag.load.tables.records import parse_json, parse_json_lines
from rag.load.text.markdown import parse_markdown
from rag.load.text.plain import parse_plain
from rag.load.text.rtf import parse_rtf
from rag.load.text.subtitles import parse_subtitles


def parse_inside(data: bytes, name: str) -> Parsed:
    """Return the content of an attached file."""
    kind = kind_of(name, data, LOADERS)
    if kind is None:
        raise LoadError(name, why_not(name))
    try:
        return LOADERS[kind](data, name)
    except (LoadError, MemoryError):
        raise
    except Exception as error:  # the door to an attachment: what is wrong with it is not with its letter
        raise LoadError(name, reason_of(error)) from error


def parse_mail(data: bytes, source: str) -> Parsed:
    """Return a message with its attachments."""
    return parse_message(data, source, parse_inside)


def parse_mbox(data: bytes, source: str) -> Parsed:
    """Return the messages of a mailbox with their attachments."""
    return parse_mailbox(data, source, parse_inside)


def parse_msg(data: bytes, source: str) -> Parsed:
    """Return an Outlook message with its attachments."""
    return parse_outlook(data, source, parse_inside)


LOADERS: dict[str, Loader] = {
    ".md": parse_markdown,
    ".markdown": parse_markdown,
    ".txt": parse_plain,
    ".text": parse_plain,
    "": parse_plain,  # README, LICENSE
    ".log": parse_plain,
    ".rst": parse_rst,
    **dict.fromkeys((".adoc", ".asciidoc"), parse_asciidoc),
    ".org": parse_org,
    **dict.fromkeys((".tex", ".ltx"), parse_tex),
    ".bib": parse_bibtex,
    ".ris": parse_ris,
    **dict.fromkeys((".ics", ".ical", ".vcf"), parse_cards),
    **dict.fromkeys(CODE, parse_program),
    **dict.fromkeys(SETTINGS, parse_settings),
    ".srt": parse_subtitles,
    ".vtt": parse_subtitles,
    ".csv": parse_table,
    ".tsv": parse_table,
    ".json": parse_json_or_chat,
    ".jsonl": parse_json_lines,
    ".ndjson": parse_json_lines,
    ".ipynb": parse_notebook,
    ".pdf": parse_pdf,
    **dict.fromkeys(PICTURES, parse_picture),
    ".html": parse_html,
    ".htm": parse_html,
    ".xhtml": parse_html,
    **dict.fromkeys((".xml", ".rss", ".atom", ".opml", ".fb2", ".gpx", ".kml", ".xsd"), parse_xml),
    ".svg": parse_svg,
    **dict.fromkeys((".fodt", ".fods", ".fodp"), parse_flat),
    ".geojson": parse_json,
    ".epub": parse_epub,
    **dict.fromkeys((".eml", ".emlx"), parse_mail),
    **dict.fromkeys((".mbox", ".mbx"), parse_mbox),
    ".msg": parse_msg,
    **dict.fromkeys((".mht", ".mhtml"), parse_saved_page),
    ".rtf": parse_rtf,
    **dict.fromkeys(READERS, parse_office),
}
IN_PROCESS = frozenset(
    {
        parse_markdown,
        parse_plain,
        parse_table,
        parse_json,
        parse_json_or_chat,
        parse_json_lines,
        parse_subtitles,
        parse_program,
        parse_settings,
    }
)
# everything else is parsed in a child process, which may crash

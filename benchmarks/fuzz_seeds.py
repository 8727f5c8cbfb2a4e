"""Writes one small file of each format that is rare in document folders, as a seed for the fuzzer."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "drawing", "presentation", "style")
).replace("xmlns:drawing", "xmlns:draw")
CELLS = "".join(
    f'<table:table-row><table:table-cell office:value-type="string"><text:p>{name}</text:p><office:annotation><text:p>Count again.</text:p></office:annotation></table:table-cell>'
    f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    '<table:table-cell table:number-columns-repeated="3"/></table:table-row>'
    for name, value in (("Oats", 12), ("Rye", 7), ("Barley", 31))
)
SHEET = f'<office:spreadsheet><table:table table:name="Stores">{CELLS}</table:table></office:spreadsheet>'
SLIDE = (
    '<office:presentation><draw:page draw:name="one"><draw:frame><draw:text-box><text:p>Stores of the mill</text:p>'
    f"</draw:text-box></draw:frame><draw:frame><table:table>{CELLS}</table:table></draw:frame></draw:page>"
    "</office:presentation>"
)
WORDS = (
    '<office:text><text:h text:outline-level="1">The mill</text:h><text:p>It grinds <text:span>oats</text:span> on'
    " Tuesdays.</text:p><text:list><text:list-item><text:p>Bring sacks.</text:p></text:list-item></text:list>"
    f'<table:table table:name="Stores">{CELLS}</table:table></office:text>'
)
OFFICE = {"d": (WORDS, "text"), "s": (SHEET, "spreadsheet"), "p": (SLIDE, "presentation")}
DRAWN = " store | sacks \n-------+-------\n oats  |    12 \n rye   | 7    +\n       | wet   \n(2 rows)\n"
FRAMED = "+------+-------+\n| Oats | sacks |\n+======+=======+\n| old  | 12    |\n| one  |       |\n+------+-------+\n"
LIGHT = {
    ".txt": f"Stores:\n\n{DRAWN}\n{FRAMED}".encode(),
    ".md": f"# Mill\n\n```\n{DRAWN}```\n\n    Store   Sacks   Box\n    Oats       12     3\n    Rye         7     4\n\n{FRAMED}".encode(),
    ".rst": b"Mill\n====\n\n.. note:: Bring sacks.\n\n+------+----+\n| Oats | 12 |\n+------+----+\n",
    ".adoc": b"= Mill\n\n== Stores\n\n|===\n|Oats |12\n|Rye |7\n|===\n\n* Bring sacks.\n",
    ".org": b"* Mill\n** Stores\n| Oats | 12 |\n| Rye  |  7 |\n#+BEGIN_SRC\nx = 1\n#+END_SRC\n",
    ".tex": b"\\section{Mill}\\begin{tabular}{ll}Oats & 12 \\\\ Rye & 7\\end{tabular} \\emph{Bring sacks}.\n",
    ".srt": b"1\n00:00:01,000 --> 00:00:03,000\nThe mill grinds\n\n2\n00:00:03,000 --> 00:00:05,000\noats.\n",
    ".svg": b'<svg xmlns="http://www.w3.org/2000/svg"><text x="1" y="2">The mill <tspan>grinds</tspan></text></svg>',
    ".py": b'"""The mill."""\n\n\ndef grind(oats: int) -> int:\n    """Grind."""\n    return oats * 2\n',
    ".yaml": b"mill:\n  grain: [oats, rye]\n  days: 3\n",
    ".ics": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Milling\nDTSTART:20250314T080000Z\nEND:VEVENT\nEND:VCALENDAR\n",
    ".bib": b"@book{mill, title={The {Mill}}, year=1911, author={Anonymous}}\n",
}


def written() -> dict[str, list[bytes]]:
    """Return the files by suffix."""
    found = {suffix: [data] for suffix, data in LIGHT.items()}
    for letter, (body, kind) in OFFICE.items():
        whole = f"<office:document {SPACES}><office:body>{body}</office:body></office:document>".encode()
        content = whole.replace(b"office:document", b"office:document-content")
        found[f".fod{'t' if letter == 'd' else letter}"] = [whole]
        found[f".od{'t' if letter == 'd' else letter}"] = [_packed(content, kind)]
    letter_file = _letter(found[".ods"][0])
    return found | {".eml": [letter_file], ".mbox": [b"From miller Mon Mar  3 08:00:00 2025\n" + letter_file]}


def _packed(content: bytes, kind: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", content)
    return stream.getvalue()


def _letter(attached: bytes) -> bytes:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "miller@example.org", "baker@example.org", "Größe der Säcke"
    letter["Date"] = "Mon, 3 Mar 2025 08:00:00 +0000"
    letter.set_content("The sacks hold 40 kg.\n\n> How much do they hold?\n")
    letter.add_alternative("<p>The sacks hold <b>40 kg</b>.</p>", subtype="html")
    letter.add_attachment(attached, maintype="application", subtype="octet-stream", filename="stores.ods")
    return letter.as_bytes()

"""Separates the new text of a letter from its quotes of earlier ones."""

from __future__ import annotations

import re
from typing import Any

MARK = re.compile(r"[ \t]*(?:>[ \t]?)+")
LABEL = r"(?:From|Von|De|Da|Van|Fra|Från|Od|От|发件人|差出人)"
SENT = r"(?:Sent|Gesendet|Date|Datum|Envoyé|Enviado(?: el)?|Inviato|Verzonden|Sendt|Skickat|Wysłano|Отправлено|发送时间|送信日時)"
SUBJECT = r"(?:Subject|Betreff|Objet|Asunto|Assunto|Oggetto|Onderwerp|Emne|Ämne|Temat|Тема|主题|件名)"  # or an address: no itinerary has them
HEAD = re.compile(
    rf"^[ \t>*]*{LABEL}[ \t]?[:：](?=(?:[^\n]*\n){{0,2}}?[^\n]*[@<]|(?:[^\n]*\n){{1,5}}?[ \t>*]*{SUBJECT}[ \t]?[:：])"
    rf"\*?[^\n]+\n(?:[^\n]*\n){{0,2}}?[ \t>*]*{SENT}[ \t]?[:：]",
    re.MULTILINE,
)
DIVIDER = re.compile(
    r"^[ \t]*[-_]{3,}[ \t]*(?:Original Message|Ursprüngliche Nachricht|Original-Nachricht|Message d'origine|Mensaje original|"
    r"Messaggio originale|Oorspronkelijk bericht|Forwarded message|Weitergeleitete Nachricht|Message transféré)[ \t]*[-_]{3,}[ \t]*$|^[ \t]*_{20,}[ \t]*(?=\n[ \t]*"
    + LABEL + ")",
    re.MULTILINE | re.IGNORECASE,
)  # fmt: skip
WROTE = re.compile(  # the one or two lines above a quote with its author and date
    r"^(?![ \t]*>)[^\n]{0,200}(?:\n(?![ \t]*>)[^\n]{1,120})?(?:wrote|schrieb|écrit|escribió|ha scritto|schreef|skrev|napisał\(?a?\)?|пишет|написал\(?а?\)?|写道)"
    r"[^\n]{0,80}[:：][ \t]*\n(?=\s*>)",
    re.MULTILINE,
)
WHEN = re.compile(r"\d")
FORWARD = re.compile(r"\s*(?:\w{2,3}\s*:\s*)?(?:fwd?|wg|tr|rv|i|enc|doorst|vs|пересл)\s*:", re.IGNORECASE)
QUOTES = (  # elements that mail programs put around quoted text
    ".//blockquote[@type='cite']", ".//div[contains(@class,'gmail_quote')]", ".//div[contains(@class,'yahoo_quoted')]",
    ".//div[contains(@class,'protonmail_quote')]", ".//div[contains(@class,'moz-cite-prefix')]", ".//blockquote[contains(@class,'quote')]",
)  # fmt: skip
OUTLOOK = re.compile(
    r"<div[^>]*\bid=[\"']?(?:x_)?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)\b|"
    r"<div[^>]*style=[\"'][^\"']*border-top:\s*solid\s*#(?:E1E1E1|B5C4DF)|-{5}\s*(?:Original Message|Ursprüngliche Nachricht)\s*-{5}",
    re.IGNORECASE,
)


def forwards(subject: str) -> bool:
    """Return True if a letter only forwards another one."""
    return FORWARD.match(subject) is not None


def parted_text(text: str) -> tuple[str, str]:
    """Return the new part of a plain text, and its quoted part without quote marks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in (DIVIDER.search(text), HEAD.search(text)) if match]
    cut = min(starts, default=len(text))
    new: list[str] = []
    old: list[str] = []
    body = WROTE.sub(lambda match: _marked(match[0]) if WHEN.search(match[0]) else match[0], text[:cut])
    for line in body.split("\n"):
        mark = MARK.match(line)
        if mark:
            old.append(line[mark.end() :])
        else:
            new.append(line)
            if old and old[-1] and line.strip():
                old.append("")
    return "\n".join(new), "\n".join([*old, MARKS.sub("", text[cut:])])


MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


def _marked(lines: str) -> str:
    """Return the lines with a quote mark before each, and an empty line at the end."""
    return "".join(f"> {line}\n" for line in lines.strip("\n").split("\n")) + ">\n"


def parted_page(page: str) -> tuple[str, str]:
    """Return the new part of a page and its quoted part, both as HTML."""
    found = OUTLOOK.search(page)
    page, behind = (page[: found.start()], page[found.start() :]) if found else (page, "")
    if "quote" not in page and "cite" not in page:
        return page, behind
    from lxml import etree

    root: Any = etree.fromstring(page.encode("utf-8", "replace"), etree.HTMLParser(encoding="utf-8", huge_tree=True))
    if root is None:
        return page, behind
    quoted = _quotes(root)
    old = "".join(etree.tostring(element, encoding="unicode", method="html", with_tail=False) for element in quoted)
    for element in quoted:
        _take_out(element)
    return (etree.tostring(root, encoding="unicode", method="html"), old + behind) if quoted else (page, behind)


def _quotes(root: Any) -> list[Any]:
    """Return the outermost elements with quotes."""
    found = [element for path in QUOTES for element in root.xpath(path)]
    return [element for element in found if not any(other in found for other in element.iterancestors())]


def _take_out(element: Any) -> None:
    """Remove an element but keep the text after it."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)

"""A message states who wrote what when: decoded once, new text before quoted text, attachments read by a loader."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from email.message import EmailMessage, MIMEPart

import pytest

from rag.errors import LoadError
from rag.load.formats import LOADERS
from rag.load.mail.letter import MAX_ATTACHED
from rag.load.mail.quoted import forwards, parted_page, parted_text
from rag.load.parsed import Parsed
from tests.compound_file import outlook_message

HEAD = "From: Ana <ana@x.y>\r\nTo: bo@x.y\r\nDate: Mon, 1 Jun 2020 10:00:00 +0000\r\nSubject: Oars\r\n"
WRITER = "Oars › 1 June 2020 › Ana writes"


def read(data: bytes | str, name: str = "a.eml") -> Parsed:
    return LOADERS[name[name.rindex(".") :]](data.encode() if isinstance(data, str) else data, name)


def said(parsed: Parsed) -> list[tuple[str, str]]:
    """Return heading path and text of the segments that are not headers."""
    told = [(s.heading, parsed.text[s.start : s.end]) for s in parsed.segments if s.kind not in ("heading", "hidden")]
    return [(path, words) for path, words in told if not words.startswith(("From: ", "To: ", "Date: ", "Subject: "))]


def body(charset: str, raw: bytes, kind: str = "plain") -> bytes:
    return (
        f"{HEAD}Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + raw
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (body("iso-8859-1", "It’s £5 – “ok” €".encode("cp1252")), "It’s £5 – “ok” €"),
        (body("us-ascii", "Größe".encode("cp1252")), "Größe"),
        (body("iso-8859-1", "Größe für Jörg".encode()), "Größe für Jörg"),
        (body("utf-8", "Größe für Jörg".encode("cp1252")), "Größe für Jörg"),
        (body("windows-1251", "Вёсла в сарае".encode("cp1251")), "Вёсла в сарае"),
        (body("iso-2022-jp", "櫂は小屋にあります".encode("iso2022_jp")), "櫂は小屋にあります"),
        (body("gb2312", "船桨在棚子里。镕".encode("gb18030")), "船桨在棚子里。镕"),
        (body("x-unknown", "Größe".encode()), "Größe"),
        (
            body(
                "iso-8859-1",
                '<html><head><meta charset="utf-8"></head><p>Größe für Jörg</p></html>'.encode("cp1252"),
                "html",
            ),
            "Größe für Jörg",
        ),
        (
            body(
                "utf-8",
                '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>Größe</p>'.encode(),
                "html",
            ),
            "Größe",
        ),
    ],
)
def test_a_body_is_decoded_once_with_the_encoding_that_its_label_means(data: bytes, words: str) -> None:
    assert said(read(data)) == [(WRITER, words)]


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?iso-8859-1?Q?It=92s_5_=80?=", "It’s 5 €"),
        (b"=?koi8-r?B?98XTzMEg1yDTwdLBxQ==?=", "Весла в сарае"),
        ("Größe für Jörg".encode(), "Größe für Jörg"),
        ("Größe für Jörg".encode("cp1252"), "Größe für Jörg"),
    ],
)
def test_a_subject_is_read_in_any_encoding(raw: bytes, subject: str) -> None:
    assert read(b"From: a@x.y\r\nSubject: " + raw + b"\r\n\r\nWords.\r\n").title == subject


def letter(plain: str | None, page: str | None) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = "Ana <ana@x.y>", "Oars", "Mon, 1 Jun 2020 10:00:00 +0000"
    if plain is not None:
        message.set_content(plain)
    if page is not None:
        (message.add_alternative if plain is not None else message.set_content)(page, subtype="html")
    return message


@pytest.mark.parametrize(
    ("plain", "page", "words"),
    [
        ("\n \n", "<p>The oars are in the shed.</p>", "The oars are in the shed."),
        (
            "Please view this as HTML.",
            "<p>" + "The oars are in the shed by the lake. " * 9 + "</p>",
            "The oars are in the shed by the lake.",
        ),
        (
            "Oar Price\nAsh 40",
            "<table><tr><th>Oar</th><th>Price</th></tr><tr><td>Ash</td><td>40</td></tr></table>",
            "Oar: Ash | Price: 40",
        ),
        ("The oars are in the shed.", "<p>The oars are in the shed.</p><p>x</p>", "The oars are in the shed."),
    ],
)
def test_the_part_with_more_information_is_read(plain: str, page: str, words: str) -> None:
    assert said(read(letter(plain, page).as_bytes()))[0][1].startswith(words)


def sheet() -> bytes:
    """Return a Word file with one sentence."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Ash is light.</w:t>'
            "</w:r></w:p></w:body></w:document>",
        )
    return file.getvalue()


def test_an_attachment_is_read_by_its_loader_under_its_name() -> None:
    message = letter("See below.", None)
    message.add_attachment(b"Oar;Price\nAsh;40\nOak;55\n", maintype="text", subtype="csv", filename="prices.csv")
    message.add_attachment(
        b"| Oar | Kilos |\n|---|---|\n| Ash | 2 |\n", maintype="text", subtype="markdown", filename="weights.md"
    )
    message.add_attachment(sheet(), maintype="application", subtype="octet-stream", filename="wood.docx")
    message.add_attachment(b"PK\3\4", maintype="application", subtype="zip", filename="all.zip")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png", cid="<logo>")
    assert [one for one in said(read(message.as_bytes())) if "logo" not in one[1]] == [
        (WRITER, "See below."),
        ("Oars", "Attachment: prices.csv"),
        ("Oars › prices.csv › row 2", "Oar: Ash | Price: 40"),
        ("Oars › prices.csv › row 3", "Oar: Oak | Price: 55"),
        ("Oars", "Attachment: weights.md"),
        ("Oars › weights.md", "Oar: Ash | Kilos: 2"),
        ("Oars", "Attachment: wood.docx"),
        ("Oars › wood.docx", "Ash is light."),
        ("Oars", "Attachment: all.zip (not read: files of the kind '.zip' are not read: it is an archive; unpack it and put its files here)"),
    ]  # fmt: skip


def test_an_attached_message_is_read_under_the_one_that_contains_it() -> None:
    message = letter("FYI", None)
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "boss@x.y", "Budget"
    inner.set_content("The budget is 4,300 euros.")
    message.add_attachment(inner)
    assert said(read(message.as_bytes())) == [
        (WRITER, "FYI"),
        ("Oars › forwarded message › Budget › boss writes", "The budget is 4,300 euros."),
    ]


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        ("Now at nine.\n\nOn Fri, 28 Feb 2025, Bo <b@x.y> wrote:\n> At ten.\n> Bring oars.\n", "Now at nine.", "On Fri, 28 Feb 2025, Bo <b@x.y> wrote: At ten. Bring oars."),
        ("Um neun.\n\nAm 28.02.2025 um 10:00 schrieb Bo:\n\n> Um zehn?\n", "Um neun.", "Am 28.02.2025 um 10:00 schrieb Bo: Um zehn?"),
        ("> At ten?\nNo, at nine.\n> And the oars?\nIn the shed.", "No, at nine. In the shed.", "At ten? And the oars?"),
        ("Nine.\n\n-----Original Message-----\nFrom: Bo\nSent: Friday\nTo: Ana\nSubject: x\n\nTen.", "Nine.", "-----Original Message----- From: Bo Sent: Friday To: Ana Subject: x Ten."),
        ("Neun.\n\nVon: Bo <b@x.y>\nGesendet: Freitag\nAn: Ana\nBetreff: x\n\nZehn.", "Neun.", "Von: Bo <b@x.y> Gesendet: Freitag An: Ana Betreff: x Zehn."),
        ("It costs > 5 euros.\nFrom: the lake\nto the sea.", "It costs > 5 euros. From: the lake to the sea.", ""),
        (">> Older.\n> Old.\nNew.", "New.", "Older. Old."),
    ],
)  # fmt: skip
def test_new_text_is_separated_from_quoted_text(text: str, new: str, old: str) -> None:
    assert [" ".join(part.split()) for part in parted_text(text)] == [new, old]


@pytest.mark.parametrize(
    ("page", "new", "old"),
    [
        ('<p>Nine.</p><div class="gmail_quote">On Fri Bo wrote:<blockquote>Ten.</blockquote></div>', "Nine.", "Ten."),
        ('<p>Nine.</p><blockquote type="cite"><p>Ten.</p></blockquote>Bye.', "Bye.", "Ten."),
        (
            '<p>Nine.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><b>From:</b> Bo</div><p>Ten.</p>',
            "Nine.",
            "Ten.",
        ),
        ('<div>Nine.</div><hr><div id="divRplyFwdMsg">From: Bo</div><div>Ten.</div>', "Nine.", "Ten."),
        ("<p>Nine.</p><blockquote>A proverb.</blockquote>", "A proverb.", ""),
    ],
)
def test_quotes_in_an_html_message_are_separated_too(page: str, new: str, old: str) -> None:
    parts = parted_page(page)
    assert new in parts[0]
    assert old in parts[1]
    assert not old or old not in parts[0]


def test_quoted_text_is_called_earlier_unless_the_message_forwards_it() -> None:
    text = "\r\n\r\nNine.\r\n\r\nOn 3 May Bo wrote:\r\n> Ten.\r\n"
    assert said(read(HEAD.replace("Oars", "Re: Oars") + text))[-1] == (
        "Re: Oars › 1 June 2020 › Ana writes › earlier message",
        "Ten.",
    )
    assert said(read(HEAD.replace("Oars", "Fwd: Oars") + text))[-1][0].endswith("› forwarded message")
    assert said(read(HEAD + "\r\n\r\n> Only this.\r\n"))[-1][0].endswith("› forwarded message")
    assert [forwards(subject) for subject in ("WG: Oars", "RE: FW: Oars", "Re: Oars", "First: Oars")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_mailbox_gives_each_message_and_no_line_of_text_splits_one() -> None:
    box = (
        f"From ana@x.y Mon Jun  1 10:00:00 2020\r\n{HEAD}\r\nThe oars are in the shed.\r\n\r\nFrom here it is not far.\r\n>From there it is.\r\n\r\n"
        "From bo@x.y Tue Jun  2 10:00:00 2020\r\nFrom: bo@x.y\r\nSubject: Sails\r\n\r\nThe sails are dry.\r\n"
    )
    parsed = read(box, "inbox.mbox")
    assert [(path, words.replace("\n", " ")) for path, words in said(parsed)] == [
        (f"inbox › {WRITER}", "The oars are in the shed."),
        (f"inbox › {WRITER}", "From here it is not far."),
        (f"inbox › {WRITER}", "From there it is."),
        ("inbox › Sails › bo writes", "The sails are dry."),
    ]


def test_a_saved_page_is_its_html() -> None:
    page = MIMEPart()
    page.set_content("<title>Lake</title><p>The lake is 31 metres deep.</p>", subtype="html", charset="windows-1252")
    whole = EmailMessage()
    whole["From"], whole["Subject"] = "<Saved by a browser>", "Lake"
    whole.set_content("<x>", subtype="css")
    whole.make_related()
    whole.attach(page)
    assert said(read(whole.as_bytes(), "lake.mht")) == [("Lake", "The lake is 31 metres deep.")]


def test_an_outlook_message_is_read_with_its_attachments() -> None:
    texts = {
        "001A": "IPM.Note",
        "0037": "Oars",
        "0C1A": "Ana",
        "1000": "See the list.\r\n\r\nVon: Bo\r\nGesendet: Freitag\r\nBetreff: Ruder\r\n\r\nWhich oars?\r\n",
    }
    sent = (1_591_005_600 + 11_644_473_600) * 10_000_000  # 1 June 2020, 10:00
    parsed = read(outlook_message(texts, {"prices.csv": b"Oar;Price\nAsh;40\nOak;55\n"}, sent), "a.msg")
    assert parsed.title == "Oars"
    assert parsed.stated == date(2020, 6, 1)
    assert said(parsed) == [
        (WRITER, "See the list."),
        (f"{WRITER} › earlier message", "Von: Bo"),
        (f"{WRITER} › earlier message", "Gesendet: Freitag"),
        (f"{WRITER} › earlier message", "Betreff: Ruder"),
        (f"{WRITER} › earlier message", "Which oars?"),
        ("Oars", "Attachment: prices.csv"),
        ("Oars › prices.csv › row 2", "Oar: Ash | Price: 40"),
        ("Oars › prices.csv › row 3", "Oar: Oak | Price: 55"),
    ]


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"no message", b""])
def test_a_broken_outlook_message_is_reported(data: bytes) -> None:
    with pytest.raises(LoadError, match="it is not an Outlook message, or damaged"):
        read(data, "a.msg")


def attached(name: str, text: str) -> list[tuple[str, str]]:
    message = letter("See below.", None)
    message.add_attachment(text.encode(), maintype="text", subtype="plain", filename=name)
    return said(read(message.as_bytes()))[2:]


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.md", "|  | Q1 | Q2 |\n|---|---|---|\n| North | 10 | 20 |\n", ["North | Q1: 10 | Q2: 20"]),
        ("a.md", "| Oar | Kilos |\n|---|---|\n|  | 20 |\n", ["Kilos: 20"]),
        (
            "a.md",
            "| Phone | 123 |\n|---|---|\n| Address | Quay 4 |\n| E-mail | a@x.y |\n",
            ["Phone: 123", "Address: Quay 4", "E-mail: a@x.y"],
        ),
        ("a.md", "| Oar | Sign |\n|---|---|\n| Ash \\| oak | A |\n| Elm |\n", ["Oar: Ash | oak | Sign: A", "Oar: Elm"]),
        ("a.txt", "Name   Age   Port\n----   ---   ----\nAnn     30   Hull\n", ["Name: Ann | Age: 30 | Port: Hull"]),
    ],
)
def test_each_value_of_an_attached_table_has_its_own_name(name: str, text: str, rows: list[str]) -> None:
    heading = "# Offer\n\n" if name == "a.md" else ""
    path = f"Oars › {name} › Offer" if heading else f"Oars › {name}"
    assert [one for one in attached(name, heading + text) if one[1] != "Offer"] == [
        (path, row.replace(" | oak", " ¦ oak")) for row in rows
    ]


def test_a_value_cannot_name_another_cell() -> None:
    parsed = read(HEAD.replace("Oars", "Oars | From: bo@x.y") + "\r\nHi.\r\n")
    assert "Subject: Oars ¦ From: bo@x.y" in parsed.text.partition("\n")[0].split(" | ")


def mixed(*parts: EmailMessage | MIMEPart) -> bytes:
    """Return a message of these parts, one after another."""
    message = letter(None, None)
    message.make_mixed()
    for part in parts:
        message.attach(part)
    return message.as_bytes()


def part(text: str, subtype: str = "plain") -> MIMEPart:
    made = MIMEPart()
    made.set_content(text, subtype=subtype)
    return made


FOOTER = "_______________\nOars mailing list\nTo leave it, write to oars-leave@x.y\n"
NEWS = "<p>The oars are in the shed.</p><p>It is open.</p>"


def test_a_part_replaces_only_another_form_of_itself() -> None:
    listed = said(read(mixed(part(NEWS, "html"), part(FOOTER))))
    assert [words for _, words in listed][:2] == ["The oars are in the shed.", "It is open."]
    assert listed[-1][1] == "To leave it, write to oars-leave@x.y"
    both = letter("The oars are in the shed.\n\nIt is open.\n", NEWS)
    del both["From"], both["Subject"], both["Date"]
    once = [words for _, words in said(read(mixed(both, part(FOOTER))))]
    assert once.count("The oars are in the shed.") == once.count("It is open.") == 1
    assert once[-1] == "To leave it, write to oars-leave@x.y"
    pages = mixed(part(NEWS, "html"), part("<p>Bring a rope.</p>", "html"))
    assert [words for _, words in said(read(pages))][-1] == "Bring a rope."


@pytest.mark.parametrize("kind", ["multipart/mixed", 'multipart/mixed; boundary="gone"', "multipart/alternative"])
def test_parts_that_no_boundary_separates_are_text(kind: str) -> None:
    assert said(read(f"{HEAD}Content-Type: {kind}\r\n\r\nThe oars are in the shed.\r\n")) == [
        (WRITER, "The oars are in the shed.")
    ]


@pytest.mark.parametrize(
    ("subtype", "text", "name", "words"),
    [
        ("text/markdown", "The oars are in the shed.", "attachment.md", "The oars are in the shed."),
        ("application/json", '{"oars": "in the shed"}', "attachment.json", "oars: in the shed"),
        ("text/x-unknown", "The oars are in the shed.", "attachment.txt", "The oars are in the shed."),
    ],
)
def test_a_part_without_a_name_is_named_by_its_type(subtype: str, text: str, name: str, words: str) -> None:
    unnamed = MIMEPart()
    unnamed.set_content(text.encode(), *subtype.split("/"))
    found = said(read(mixed(part("See below."), unnamed)))
    assert found[:2] == [(WRITER, "See below."), ("Oars", f"Attachment: {name}")]
    assert words in found[2][1]


def test_a_part_that_cannot_be_read_is_told_though_it_has_no_name() -> None:
    unnamed, signed = MIMEPart(), MIMEPart()
    unnamed.set_content(b"\0\1\2", "application", "x-unknown")
    signed.set_content(b"\0\1\2", "application", "pgp-signature")
    found = said(read(mixed(part("See below."), unnamed, signed)))
    assert len(found) == 2
    assert found[1][1].startswith("Attachment: attachment (not read: ")


def test_attachments_beyond_the_most_that_are_read_are_named() -> None:
    message = letter("See below.", None)
    for number in range(MAX_ATTACHED + 2):
        message.add_attachment(f"Oar {number}.".encode(), "text", "plain", filename=f"{number}.txt")
    found = [words for _, words in said(read(message.as_bytes()))]
    assert found[-4:-2] == [f"Attachment: {MAX_ATTACHED - 1}.txt", f"Oar {MAX_ATTACHED - 1}."]
    assert found[-2:] == [
        f"Attachment: {number}.txt (not read: only the first {MAX_ATTACHED} attachments of a letter are)"
        for number in (MAX_ATTACHED, MAX_ATTACHED + 1)
    ]


def test_a_message_inside_an_outlook_message_is_told() -> None:
    texts = {"001A": "IPM.Note", "0037": "Oars", "0C1A": "Ana", "1000": "See the other letter.\r\n"}
    parsed = read(outlook_message(texts, {"Budget 2020": None, "b.txt": b"Words."}, 132_354_792_000_000_000), "a.msg")
    assert said(parsed)[1:] == [
        ("Oars", "Attachment: Budget 2020 (not read: it is an Outlook message; save it as a file of its own)"),
        ("Oars", "Attachment: b.txt"),
        ("Oars › b.txt", "Words."),
    ]


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("See you.\n\nFrom: Oslo (OSL)\nTo: Bergen\nDate: 3 May\n", ""),
        ("See you.\n\nFrom: Bo <b@x.y>\nDate: 3 May\n\nTen.", "From: Bo <b@x.y> Date: 3 May Ten."),
        ("See you.\n\nFrom: b@x.y\nDate: 3 May\n\nTen.", "From: b@x.y Date: 3 May Ten."),
        ("See you.\n\nFrom: Bo\nTo: Ana\nDate: 3 May\nSubject: x\n\nTen.", "From: Bo To: Ana Date: 3 May Subject: x Ten."),
        ("See you.\n\nVon: Bo\nGesendet: 3. Mai\nBetreff: x\n\nZehn.", "Von: Bo Gesendet: 3. Mai Betreff: x Zehn."),
    ],
)  # fmt: skip
def test_an_earlier_message_has_an_address_or_a_subject(text: str, old: str) -> None:
    assert " ".join(parted_text(text)[1].split()) == old


def test_a_line_of_a_letter_that_begins_with_from_parts_no_mailbox() -> None:
    body = "We met on the quay.\n\nFrom Monday on, the gate is shut.\nNote: bring oars.\n\nFrom here at nine\nPort: Hull is near.\n"
    data = f"From ana@x.y Mon Jun  1 10:00:00 2020\nFrom: ana@x.y\nSubject: Gate\n\n{body}\nFrom - Tue Jun  2 10:00:00 2020\nFrom: bo@x.y\nSubject: Sails\n\nDry.\n"
    parsed = LOADERS[".mbox"](data.encode(), "a.mbox")
    told = [parsed.text[s.start : s.end] for s in parsed.segments if s.kind == "row"]
    assert told == ["From: ana@x.y | Subject: Gate", "From: bo@x.y | Subject: Sails"]
    assert "From Monday on, the gate is shut." in parsed.text
    assert "From here at nine" in parsed.text

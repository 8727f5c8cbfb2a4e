"""Detects the kind of a file by a known suffix, else by the start of its content.

A kind is a suffix of `formats.LOADERS`. The message for an unreadable file says what to do.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Container
from posixpath import basename, splitext

CODE = frozenset(
    """.py .pyi .pyw .js .mjs .cjs .jsx .ts .tsx .go .rs .java .kt .kts .c .h .cc .cpp .cxx .hpp .hh .cs .m .mm .swift .rb .php
    .pl .pm .sh .bash .zsh .fish .ps1 .bat .cmd .sql .r .jl .lua .scala .clj .ex .exs .erl .hs .ml .fs .vb .dart .groovy .gradle
    .css .scss .less .vue .svelte .proto .graphql .tf .cmake .mk .nix .el .lisp .scm .f90 .pas .asm .diff .patch""".split()
)
SETTINGS = frozenset(".yaml .yml .toml .ini .cfg .conf .properties .env".split())
CODE_NAMES = frozenset("makefile dockerfile containerfile jenkinsfile rakefile gemfile vagrantfile procfile".split())
BINARY = {
    "a picture": ".png .jpg .jpeg .gif .bmp .tif .tiff .webp .heic .avif .ico .psd .xcf .raw .cr2 .nef .dng",
    "sound or film": ".mp3 .wav .m4a .flac .ogg .opus .aac .wma .mp4 .mov .avi .mkv .webm .wmv .m4v .mpg .mpeg .3gp",
    "an archive": ".zip .rar .7z .tar .gz .tgz .bz2 .xz .zst .iso .dmg .jar .cab",
    "a program": ".exe .dll .so .dylib .bin .msi .apk .o .a .class .pyc .wasm .whl",
    "a database": ".db .sqlite .sqlite3 .mdb .accdb .dbf .parquet .feather .npy .npz .pkl .h5",
    "a font": ".ttf .otf .woff .woff2",
}
TO_DO = {
    "a picture": "save it as .png or .jpg if there is text in it",
    "sound or film": "add a transcript beside it as text (.srt, .vtt or .txt)",
    "an archive": "unpack it and put its files here",
    "a database": "export its tables as .csv",
}
OFFICE = {  # what LibreOffice can read: description, and the format to save it in
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpd", ".hwp"), ("a file of an old word processor", "docx")),
    **dict.fromkeys((".xls", ".xlt", ".xlsb", ".wks", ".123"), ("an old or binary workbook", "xlsx")),
    **dict.fromkeys((".ppt", ".pps", ".pot"), ("an old presentation", "pptx")),
    **dict.fromkeys((".odg", ".vsd", ".vsdx", ".pub"), ("a drawing", "pdf")),
    **dict.fromkeys((".pages",), ("an Apple Pages document", "docx")),
    **dict.fromkeys((".numbers",), ("an Apple Numbers sheet", "xlsx")),
    **dict.fromkeys((".key",), ("an Apple Keynote presentation", "pptx")),
}
EXPORT = {
    ".one": "a OneNote section; export it as .docx or .pdf",
    ".onepkg": "a OneNote notebook; export it as .docx or .pdf",
    **dict.fromkeys((".pst", ".ost", ".dbx"), "a mail program's store; save the messages as .eml or .mbox"),
    **dict.fromkeys((".mobi", ".azw", ".azw3"), "a Kindle book; convert it to .epub, with Calibre for example"),
    ".djvu": "a DjVu scan; save it as .pdf",
    ".xps": "an XPS document; save it as .pdf",
    **dict.fromkeys((".gdoc", ".gsheet", ".gslides"), "only a link to a document at Google; download it as .docx, .xlsx or .pdf"),
    **dict.fromkeys((".url", ".webloc", ".lnk", ".desktop"), "only a link; save the page or the file itself here"),
}  # fmt: skip
OF_BINARY = {suffix: what for what, suffixes in BINARY.items() for suffix in suffixes.split()}

HEAD = 4_096  # bytes of a file that determine its kind
MAIL_HEADER = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Received|Return-Path|Delivered-To|Message-ID|MIME-Version|Reply-To|X-[\w-]+):[ \t]",
    re.IGNORECASE,
)
FOLDED_OR_HEADER = re.compile(rb"[ \t]|[!-9;-~]+:")
FIRST_WORDS = (  # how texts of a kind begin, ignoring case and leading white space
    (b"begin:vcalendar", ".ics"),
    (b"begin:vcard", ".vcf"),
    (b"<!doctype html", ".html"),
    (b"<html", ".html"),
    (b"<?xml", ".xml"),
    (b"{\\rtf", ".rtf"),
    (b"%pdf-", ".pdf"),
)
OLD = frozenset((".doc", ".dot", ".xls", ".xlt"))
UNDER_OLD_NAMES = (
    *((words, kind) for words, kind in FIRST_WORDS if kind in (".html", ".rtf", ".pdf")),
    *((b"<table", ".html"), (b"mime-version:", ".mht")),
)


def kind_of(source: str, data: bytes, known: Container[str]) -> str | None:
    """Return the kind of a file, None if unknown.

    If the suffix is unknown (a version, a host name, none at all), the content decides.
    """
    suffix = suffix_of(source)
    if suffix and suffix in known:
        return suffix
    if basename(source).lower() in CODE_NAMES:
        return ".mk"
    if suffix in OLD:
        return _kind_under_old_name(data[:HEAD], suffix)
    return None if suffix in OF_BINARY or suffix in OFFICE or suffix in EXPORT else _kind_of_content(data, suffix)


def suffix_of(source: str) -> str:
    """Return the suffix of a file's name in lower case."""
    return splitext(source)[1].lower()


def may_be_read(source: str, known: Container[str]) -> bool:
    """Return True if a file is readable, or only its content can tell."""
    suffix = suffix_of(source)
    return suffix in known or suffix in OLD or not (suffix in OF_BINARY or suffix in OFFICE or suffix in EXPORT)


def why_not(source: str) -> str:
    """Return what an unreadable file is, and what to do about it."""
    suffix = suffix_of(source)
    if suffix in EXPORT:
        return f"it is {EXPORT[suffix]}"
    if suffix in OFFICE:
        what, target = OFFICE[suffix]
        program = next((name for name in ("soffice", "libreoffice") if shutil.which(name)), "")
        command = f", or run: {program} --headless --convert-to {target} FILE" if program else ""
        return f"it is {what}; save it as .{target}{command}"
    what = OF_BINARY.get(suffix, "")
    advice = TO_DO.get(what, "")
    named = f"files of the kind '{suffix or 'no suffix'}' are not read"
    if not what:
        return f"{named}; save it as text, .pdf, .docx or .csv"
    return f"{named}: it is {what}; {advice}" if advice else named


def _kind_under_old_name(head: bytes, suffix: str) -> str | None:
    """Return the kind of what programs write under an old name: web pages, Rich Text, or values between tabs."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for words, kind in UNDER_OLD_NAMES:
        if start.startswith(words):
            return kind
    return ".tsv" if suffix == ".xls" and b"\t" in head.partition(b"\n")[0] and _is_text(head) else None


def _kind_of_content(data: bytes, suffix: str) -> str | None:
    head = data[:HEAD]
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for words, kind in FIRST_WORDS:
        if start.startswith(words):
            return kind
    if head.startswith(b"From ") and _is_mail(head.partition(b"\n")[2]):
        return ".mbox"
    if _is_mail(head):
        return ".eml"
    return "" if not suffix or _is_text(head) else None


def _is_mail(head: bytes) -> bool:
    """Return True if a file begins like a message: with headers, two of them well known, up to an empty line."""
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    end = lines.index(b"") if b"" in lines else len(lines) - 1
    headers = lines[:end]
    known = sum(MAIL_HEADER.match(line) is not None for line in headers)
    return known >= 2 and all(FOLDED_OR_HEADER.match(line) for line in headers)


def _is_text(head: bytes) -> bool:
    """Return True if bytes are UTF-8 without control characters; a character may be cut off at their end."""
    if b"\0" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or len(head) < HEAD:
            return False
        text = head[: error.start].decode("utf-8")
    return not any(ord(character) < 32 and character not in "\t\n\r\f\x1b" for character in text)

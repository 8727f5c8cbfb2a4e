"""A web page is fetched only on request and only from a public address, and its citation shows the address."""

from __future__ import annotations

import gzip
import ipaddress
import socket
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import Rag, build
from rag.errors import LoadError
from rag.load import load_documents
from rag.load.markup.saved import saved_from
from rag.models.wire import Address
from rag.site import Fetched, anywhere, keep, visit
from rag.site.address import checked, file_of
from rag.site.trip import _Trip
from rag.types import Document
from rag.web.start import _offered
from tests.conftest import OverlapReader, WordEncoder
from tests.http_server import listening
from tests.odd_servers import HANG, odd

DAY = date(2026, 11, 27)
PAGE = "<!DOCTYPE html><html><head><title>Ferry</title></head><body><h1>Ferry</h1><p>The ferry to Åland leaves at 7 from pier 4.</p></body></html>"
PDF = b"%PDF-1.7\n% nothing more is needed to be fetched\n"


class Site(BaseHTTPRequestHandler):
    """Serves pages by path, and records the requests."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = {}  # noqa: RUF012  shared by all requests
    heard: list[dict[str, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.heard.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        status, headers, body = self.pages.get(self.path, (404, {"Content-Type": "text/html"}, b"no"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with listening(Site) as address:
        yield address


def html(body: str = PAGE, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/html; charset=utf-8"} | headers, body.encode()


def to(location: str) -> tuple[int, dict[str, str], bytes]:
    return 302, {"Location": location}, b""


def raw(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode() + body


# --- addresses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("example.org", "https://example.org/"),
        ("example.org:8080/a", "https://example.org:8080/a"),
        (" HTTP://EXAMPLE.org/a b".replace(" b", "%20b"), "http://example.org/a%20b"),
        ("https://example.org/straße?größe=1#part", "https://example.org/stra%C3%9Fe?gr%C3%B6%C3%9Fe=1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org/<b>\"'", "https://example.org/%3Cb%3E%22'"),
        ("http://[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x"),
    ],
)
def test_an_address_has_one_normal_form(said: str, address: str) -> None:
    assert checked(said).geturl() == address


@pytest.mark.parametrize(
    "said",
    ["", "file:///etc/passwd", "javascript:alert(1)", "ftp://example.org/x", "data:text/html,x", "http://user:pass@example.org/",
     "http://user@example.org/", "http://good.test\\@127.0.0.1/", "http://[::1", "http://a b/", "http://a/\r\nHost: b", "http://", "http:///x",
     "http://%31%32%37.0.0.1/", "http://a:99999/", "http://a/\u202ex", "http://.../", "x" * 3_000],
)  # fmt: skip
def test_an_invalid_address_is_refused_in_one_line(said: str) -> None:
    with pytest.raises(LoadError) as refused:
        visit(said, allowed=anywhere)
    assert "\n" not in str(refused.value)
    assert "pass@" not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "0", "10.0.0.1", "192.168.0.1", "172.16.9.9", "169.254.169.254",
     "100.100.100.200", "168.63.129.16", "224.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
     "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fec0::1]", "[fd00:ec2::254]", "[::ffff:0:127.0.0.1]",
     "①②⑦.0.0.1", "127。0。0。1"],
)  # fmt: skip
def test_a_private_address_is_refused_in_every_form(site: str, host: str) -> None:
    Site.heard.clear()
    with pytest.raises(
        LoadError, match=r"private address, which is not fetched from|server is not found|no address of"
    ):
        visit(f"http://{host}:{site.rpartition(':')[2]}/")
    assert Site.heard == []


def test_a_name_that_resolves_to_a_private_address_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, "127.0.0.1", "::1")
    with pytest.raises(LoadError, match=r"trusted\.test is at 127\.0\.0\.1, a private address"):
        visit(f"http://trusted.test:{site.rpartition(':')[2]}/")


def test_a_name_is_resolved_once_so_that_it_cannot_change_in_between(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _answers(monkeypatch, "127.0.0.1")
    Site.pages["/"] = html()
    seen: list[str] = []

    def allowed(address: Address) -> bool:
        seen.append(str(address))
        return True

    visit(f"http://rebinding.test:{site.rpartition(':')[2]}/", allowed=allowed)
    assert asked.count("rebinding.test") == 1
    assert seen == ["127.0.0.1"]


def test_a_redirect_is_checked_like_the_first_address(site: str) -> None:
    other = "127.0.0.2"  # this one plays the internal host, the site an external one
    Site.pages |= {
        "/in": to(f"http://{other}:{site.rpartition(':')[2]}/secret"),
        "/number": to("http://2130706434/"),
        "/file": to("file:///etc/passwd"),
        "/login": to("http://user:secret@example.org/"),
        "/nowhere": (302, {}, b""),
    }
    Site.heard.clear()
    outside = _only("127.0.0.1")
    for path, why in (("in", "a private address"), ("number", "a private address"), ("file", "only addresses with http"),
                      ("login", "a name or a password"), ("nowhere", "without saying where to")):  # fmt: skip
        with pytest.raises(LoadError, match=why):
            visit(f"{site}/{path}", allowed=outside)
    assert {one["path"] for one in Site.heard} == {"/in", "/number", "/file", "/login", "/nowhere"}


def test_redirects_are_followed_up_to_a_limit(site: str) -> None:
    Site.pages |= {"/a": to("/b?x=1"), "/b?x=1": to("c"), "/c": html(), "/round": to("/round")}
    assert visit(f"{site}/a", allowed=anywhere).address == f"{site}/c"
    with pytest.raises(LoadError, match="sends on more than 5 times"):
        visit(f"{site}/round", allowed=anywhere)


# --- responses --------------------------------------------------------------------------------------------------------


def test_no_data_of_the_user_is_sent(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # a proxy would resolve the name itself
    Site.pages |= {"/set": (302, {"Location": "/got", "Set-Cookie": "a=b"}, b""), "/got": html()}
    Site.heard.clear()
    visit(f"{site}/set", allowed=anywhere)
    assert [sorted(one) for one in Site.heard] == [["accept", "accept-encoding", "host", "path", "user-agent"]] * 2


@pytest.mark.parametrize(
    ("kind", "suffix", "body"),
    [("text/html", ".html", b"<p>x"), ("TEXT/HTML ;charset=utf-8", ".html", b"<p>x"), ("application/xhtml+xml", ".html", b"<p>x"),
     ("text/plain", ".txt", b"x"), ("text/markdown", ".md", b"x"), ("text/csv", ".csv", b"a,b"), ("application/pdf", ".pdf", PDF)],
)  # fmt: skip
def test_the_supported_content_types_are_fetched(site: str, kind: str, suffix: str, body: bytes) -> None:
    Site.pages["/kind"] = 200, {"Content-Type": kind}, body
    fetched = visit(f"{site}/kind", allowed=anywhere)
    assert (fetched.kind, fetched.data) == (suffix, body)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text",
        "image/png",
        "application/zip",
        "application/octet-stream",
        "text/javascript",
        "application/json",
        "image/svg+xml",
    ],
)
def test_another_content_type_is_refused_in_one_line(site: str, kind: str) -> None:
    Site.pages["/kind"] = 200, {"Content-Type": kind}, b"x"
    with pytest.raises(LoadError, match="only web pages, plain text, tables and PDF are fetched"):
        visit(f"{site}/kind", allowed=anywhere)


ODD: dict[str, tuple[bytes, str]] = {
    "a length of a terabyte": (raw("Content-Type: text/html\r\nContent-Length: 1000000000000"), "more than the 20 MB"),
    "21 MB without a length": (raw("Content-Type: text/html", b"x" * 21_000_000), "more than the 20 MB"),
    "a bomb": (raw("Content-Type: text/html\r\nContent-Encoding: gzip", gzip.compress(b"x" * 60_000_000)), "more than the 20 MB"),
    "a packing nobody asked for": (raw("Content-Type: text/html\r\nContent-Encoding: br", b"x"), "packed as 'br'"),
    "half of a packing": (raw("Content-Type: text/html\r\nContent-Encoding: gzip", gzip.compress(b"x" * 999)[:-9]), "broke off"),
    "no packing at all": (raw("Content-Type: text/html\r\nContent-Encoding: gzip", b"plain"), "broke off"),
    "an early end": (raw("Content-Type: text/html\r\nContent-Length: 500", b"x"), "broke off"),
    "nothing in it": (raw("Content-Type: text/html", b" \n"), "nothing in it"),
    "no PDF": (raw("Content-Type: application/pdf", b"MZ"), "says that it is a PDF, and is none"),
    "another protocol": (b"220 mail.test ESMTP\r\n", "broke off or is no web page"),
    "headers without an end": (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100_000, "broke off or is no web page"),
    "a broken length": (raw("Content-Type: text/html\r\nContent-Length: -5", b"x"), ""),
    "a length that is no number": (raw("Content-Type: text/html\r\nContent-Length: ten", b"x"), "broke off or is no web page"),
    "a broken chunk": (raw("Content-Type: text/html\r\nTransfer-Encoding: chunked", b"zz\r\nabc\r\n"), "broke off"),
    "a refusal": (b"HTTP/1.1 403 No\x1b[31m\r\nContent-Length: 0\r\n\r\n", "answers 403"),
    "nothing, for ever": (HANG, "did not come within 2 seconds"),
    "half a page, then nothing": (raw("Content-Type: text/html", b"<p>") + HANG, "did not come within 2 seconds"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_any_bad_response_ends_in_a_one_line_error(name: str) -> None:
    reply, why = ODD[name]
    with odd(reply) as url:
        if not why:
            assert visit(url, allowed=anywhere, deadline=20).data == b"x"
            return
        with pytest.raises(LoadError, match=why) as refused:
            visit(url, allowed=anywhere, deadline=2 if "within" in why else 20)
    assert "\n" not in str(refused.value)


def test_an_unreachable_server_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/page"
    with pytest.raises(LoadError, match="no server answers there; check the address"):
        visit(address, allowed=anywhere)


def test_a_response_that_is_compressed_without_a_request_is_read(site: str) -> None:
    Site.pages["/packed"] = 200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())
    assert visit(f"{site}/packed", allowed=anywhere).data == PAGE.encode()


def test_a_redirect_from_https_to_http_is_refused() -> None:
    trip = _Trip(checked("https://example.org/a"), anywhere)
    with pytest.raises(LoadError, match="which is not encrypted"):
        trip._next("http://example.org/b")


def test_a_page_with_an_invalid_certificate_is_refused(site: str) -> None:
    with pytest.raises(LoadError, match=r"cannot be trusted|broke off"):
        visit(site.replace("http:", "https:"), allowed=anywhere)


# --- saved pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind", "file"),
    [
        ("https://example.org/", ".html", "example.org/index.html"),
        ("https://example.org/guide/ferry", ".html", "example.org/guide/ferry.html"),
        ("https://example.org/guide/ferry.htm", ".html", "example.org/guide/ferry.htm"),
        ("https://example.org:8080/a.php?id=3", ".html", "example.org_8080/a.php_id=3.html"),
        ("https://example.org/report.pdf", ".pdf", "example.org/report.pdf"),
        ("https://example.org/report.pdf?v=2", ".pdf", "example.org/report.pdf_v=2.pdf"),
        ("https://example.org/stra%C3%9Fe", ".html", "example.org/straße.html"),
        ("https://example.org/../%2e%2e/%2fetc%2fpasswd", ".txt", "example.org/_etc_passwd.txt"),
        ("https://example.org/..%5c..%5cx", ".txt", "example.org/_.._x.txt"),
        ("https://example.org/.hidden/~$a/con/nul", ".html", "example.org/hidden/a/page.html"),
        ("https://example.org/a%00b%E2%80%AEc%0Ad", ".html", "example.org/a_b_c_d.html"),
        ("http://[::1]/", ".html", "___1_/index.html"),
    ],
)
def test_the_file_name_resembles_the_address(address: str, kind: str, file: str) -> None:
    assert file_of(address, kind) == file


@given(st.text(max_size=300), st.text(max_size=80), st.sampled_from([".html", ".pdf", ".txt"]))
def test_no_address_leads_out_of_the_documents_or_to_a_hidden_file(path: str, query: str, kind: str) -> None:
    try:
        address = checked(f"https://example.org/{path}?{query}").geturl()
    except LoadError:
        return
    parts = file_of(address, kind).split("/")
    assert parts[0] == "example.org"
    assert len(parts) <= 18
    for part in parts:
        assert part.isprintable()
        assert part.strip(" .") == part
        assert not part.startswith(("~$", "."))
        assert not set(part) & set('<>:"|?*\\')
        assert 0 < len(part.encode()) <= 255
    assert parts[-1].lower().endswith((kind, ".htm", ".xhtml", ".text", ".log"))


def test_a_page_stores_its_address_and_date_and_they_appear_in_the_citation(tmp_path: Path, site: str) -> None:
    Site.pages["/guide/ferry"] = html()
    source = keep(visit(f"{site}/guide/ferry", allowed=anywhere), tmp_path / "seeds", day=DAY)
    assert source == f"{site.removeprefix('http://').replace(':', '_')}/guide/ferry.html"
    build(tmp_path / "seeds", tmp_path / "index", encoder=WordEncoder())
    rag = Rag.open(tmp_path / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)
    answer = rag.ask("From which pier does the ferry to Åland leave?")
    assert [citation.passage.source for citation in answer.citations] == [source]
    document = _only_document(tmp_path / "seeds")
    assert document.text.startswith(f"Saved from {site}/guide/ferry on 2026-11-27\n")
    assert document.segments[0].kind == "noise"
    assert document.title == "Ferry"


def test_the_date_and_address_of_saving_answer_no_question(tmp_path: Path) -> None:
    keep(_page("<p>The ferry was built of oak.</p>"), tmp_path / "seeds", day=DAY)
    build(tmp_path / "seeds", tmp_path / "index", encoder=WordEncoder())
    rag = Rag.open(tmp_path / "index", encoder=WordEncoder(), reader=OverlapReader(), generator=None)
    assert not any("2026" in hit.passage.text for hit in rag.search("saved from example.org on 2026-11-27"))


@pytest.mark.parametrize(
    ("charset", "declared"), [("windows-1251", ""), ("", "windows-1251"), ("utf-8", "windows-1251"), ("utf-16", "")]
)
def test_a_page_is_saved_in_utf8_whatever_its_server_declares(tmp_path: Path, charset: str, declared: str) -> None:
    body = f'<html><head><meta charset="{declared}"></head><p>Паром уходит в семь часов утра.</p></html>'
    data = body.encode(charset or declared)
    keep(Fetched("https://example.org/p", ".html", charset, data), tmp_path)
    assert "Паром уходит в семь часов утра." in _only_document(tmp_path).text


def test_a_saved_page_opened_in_a_browser_runs_and_loads_nothing(tmp_path: Path) -> None:
    keep(_page("<script>alert(1)</script><img src='http://evil.test/x'><p>Ferry.</p>"), tmp_path)
    kept = (tmp_path / "example.org" / "p.html").read_text("utf-8")
    assert kept.index("default-src 'none'") < kept.index("<script>")


def test_a_page_cannot_end_the_comment_with_its_address(tmp_path: Path) -> None:
    address = checked("https://example.org/p?--><script>alert(1)</script>").geturl()
    keep(Fetched(address, ".html", "", b"<p>Ferry.</p>"), tmp_path, day=DAY)
    kept = next((tmp_path / "example.org").iterdir()).read_text("utf-8")
    assert "<script" not in kept
    assert saved_from(kept) == (address, "2026-11-27")


def test_only_the_first_address_comment_of_a_page_counts(tmp_path: Path) -> None:
    keep(_page("<!-- saved from url=(0018)https://bank.test/ --><p>Ferry.</p>"), tmp_path, day=DAY)
    text = _only_document(tmp_path).text
    assert text.startswith("Saved from https://example.org/p on 2026-11-27")
    assert "bank.test" not in text


def test_a_page_saved_by_a_browser_has_its_address_too(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        "<!DOCTYPE html>\n<!-- saved from url=(0028)https://www.example.org/page -->\n<html><p>Ferry.</p></html>"
    )
    assert _only_document(tmp_path).text.startswith("Saved from https://www.example.org/page\n")


def test_a_page_without_text_is_not_indexed_because_of_its_address(tmp_path: Path) -> None:
    keep(_page("<div></div>"), tmp_path)
    assert [one for one in load_documents(tmp_path) if isinstance(one, Document)] == []


def test_a_page_fetched_again_replaces_its_earlier_copy_and_nothing_else(tmp_path: Path) -> None:
    keep(_page("<p>Old.</p>"), tmp_path)
    keep(_page("<p>New.</p>"), tmp_path)
    assert "New." in (tmp_path / "example.org" / "p.html").read_text("utf-8")
    (tmp_path / "example.org" / "p.html").write_text("mine")
    with pytest.raises(LoadError, match="of another origin is there already"):
        keep(_page("<p>New.</p>"), tmp_path)
    assert (tmp_path / "example.org" / "p.html").read_text() == "mine"
    assert [file.name for file in (tmp_path / "example.org").iterdir()] == ["p.html"]


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    seeds, outside = tmp_path / "seeds", tmp_path / "outside"
    seeds.mkdir()
    outside.mkdir()
    (seeds / "example.org").symlink_to(outside)
    with pytest.raises(LoadError, match="is a link there"):
        keep(_page("<p>x</p>"), seeds)
    (seeds / "example.org").unlink()
    (seeds / "example.org").mkdir()
    (outside / "mine").write_text("mine")
    (seeds / "example.org" / "p.html").symlink_to(outside / "mine")
    (seeds / "example.org" / ".p.html.part").symlink_to(outside / "mine")
    with pytest.raises(LoadError, match="of another origin"):
        keep(_page("<p>x</p>"), seeds)
    (seeds / "example.org" / "p.html").unlink()
    keep(_page("<p>x</p>"), seeds)
    assert (outside / "mine").read_text() == "mine"


def test_a_text_and_a_pdf_are_saved_unchanged(tmp_path: Path) -> None:
    assert keep(Fetched("https://example.org/a.pdf", ".pdf", "", PDF), tmp_path) == "example.org/a.pdf"
    assert (
        keep(Fetched("https://example.org/a", ".txt", "latin-1", "Größe".encode("latin-1")), tmp_path)
        == "example.org/a.txt"
    )
    assert (tmp_path / "example.org" / "a.pdf").read_bytes() == PDF
    assert (tmp_path / "example.org" / "a.txt").read_text("utf-8") == "Größe"


def _page(body: str) -> Fetched:
    return Fetched("https://example.org/p", ".html", "utf-8", body.encode())


def _only_document(seeds: Path) -> Document:
    (document,) = load_documents(seeds)
    assert isinstance(document, Document)
    return document


def _only(number: str) -> Callable[[Address], bool]:
    return lambda address: address == ipaddress.ip_address(number)


def _answers(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> list[str]:
    """Resolve every name to these addresses; return the list of the names that are looked up."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def found(host: Any, *rest: Any, **options: Any) -> Any:
        asked.append(host)
        names = numbers if str(host).endswith(".test") else (host,)
        return [one for name in names for one in real(name, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


def test_the_page_offers_addresses_only_if_enabled_and_never_in_a_space(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("RAG_WEB_PAGES", "SPACE_ID", "SPACE_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert (_offered(False), _offered(True)) == (False, True)
    monkeypatch.setenv("RAG_WEB_PAGES", "1")
    assert _offered(False)
    monkeypatch.setenv("SPACE_ID", "someone/chat")
    assert not _offered(True)

"""localhost is not open to all: another site's page can neither read nor ask, and only own files are served."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from rag.web.security import host_name, policy, script_hashes
from tests.web_server import Served, small_app, small_house

OWN = ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}", "127.0.0.1", "localhost"]
FOREIGN = ["evil.test", "evil.test:{port}", "127.0.0.1.evil.test", "localhost.", "localhost.evil.test", "0.0.0.0", "0.0.0.0:{port}", "10.0.0.1",
           "[::]", "[::ffff:127.0.0.1]", "127.0.0.1@evil.test", "evil.test#127.0.0.1", "127.1", "2130706433", "", "127.0.0.1:abc"]  # fmt: skip
ROUTES = ["/", "/config", "/theme.css", "/ui/static/chat.js", "/ui/place/local/0000000000000000/1/c1", "/gradio_api/info",
          "/ui/source/-/0000000000000000/0-9", "/ui/source/-/0000000000000000/0-9.png", "/ui/guide/-/0000000000000000", "/ui/export/local/0000000000000000.md",
          "/gradio_api/queue/data?session_hash=a", "/gradio_api/file=x"]  # fmt: skip
FOREIGN_ORIGINS = [
    "http://evil.test",
    "https://evil.test",
    "null",
    "http://localhost:1",
    "http://127.0.0.1",
    "https://127.0.0.1.evil.test",
    "",
]
POSTS = ["/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/call/ask", "/gradio_api/run/predict", "/gradio_api/component_server",
         "/gradio_api/cancel", "/"]  # fmt: skip
FILES = ["/etc/passwd", "../etc/passwd", "..%2f..%2fetc/passwd", "%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/proc/self/environ", "app.py", "./app.py",
         "pyproject.toml", "index/manifests", "http://evil.test/a", "https://evil.test/a", "//evil.test/a", "\\\\evil.test\\a", "file:///etc/passwd",
         "ftp://evil.test/a", "C:\\windows\\win.ini", "..\\..\\etc\\passwd", "/etc/passwd%00.png", "~/.ssh/id_rsa", "/dev/zero", "seeds/harbour.md"]  # fmt: skip


@pytest.fixture(scope="module")
def port(server: Served) -> int:
    return httpx.URL(server.url).port or 0


@pytest.mark.parametrize("host", OWN)
def test_the_page_answers_under_its_own_names(server: Served, port: int, host: str) -> None:
    assert httpx.get(server.url, headers={"host": host.format(port=port)}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("route", ROUTES)
def test_no_route_answers_under_another_name(server: Served, port: int, host: str, route: str) -> None:
    answer = httpx.get(server.url + route, headers={"host": host.format(port=port)})
    assert answer.status_code == 400
    assert "gradio" not in answer.text


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
@pytest.mark.parametrize("route", POSTS)
def test_another_sites_page_cannot_ask(server: Served, origin: str, route: str) -> None:
    answer = httpx.post(server.url + route, json={}, headers={"origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_a_cross_site_request_without_an_origin_is_refused(server: Served) -> None:
    answer = httpx.post(f"{server.url}/gradio_api/queue/join", json={}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_the_own_page_may_ask(server: Served) -> None:
    answer = httpx.post(
        f"{server.url}/gradio_api/queue/join", json={}, headers={"origin": server.url, "sec-fetch-site": "same-origin"}
    )
    assert answer.status_code not in (400, 403)


@pytest.mark.parametrize("route", ROUTES)
def test_no_response_allows_other_origins(server: Served, route: str) -> None:
    answer = (
        httpx.get(server.url + route, headers={"origin": "http://evil.test"})
        if "queue" not in route
        else httpx.head(server.url + route)
    )
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_two_host_lines_are_refused(tmp_path: Path) -> None:
    app = small_app(small_house(tmp_path), tmp_path / "conversations")
    client = TestClient(app, base_url="http://127.0.0.1")
    assert client.get("/", headers=[("host", "127.0.0.1"), ("host", "evil.test")]).status_code == 400


def test_the_policy_lists_every_inline_script_and_allows_no_other(server: Served) -> None:
    answer = httpx.get(server.url)
    allowed = answer.headers["content-security-policy"]
    hashes = script_hashes(answer.content)
    assert len(hashes) >= 2
    assert all(digest in allowed for digest in hashes)
    scripts = re.search(r"script-src ([^;]*)", allowed)
    assert scripts is not None
    assert "'unsafe-inline'" not in scripts[1]
    assert "http" not in scripts[1].replace("'self'", "")


def test_the_policy_allows_no_outgoing_request() -> None:
    for directive in (
        "connect-src 'self'",
        "form-action 'none'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
    ):
        assert directive in policy()
    assert "*" not in policy()
    assert "http:" not in policy()


def test_a_space_may_frame_its_page_and_answers_under_its_host(tmp_path: Path) -> None:
    from rag.web import build_app

    house = small_house(tmp_path)
    app = build_app(
        house.open, house.build, seeds=house.seeds, conversations=tmp_path / "c", space_host="someone-rag.hf.space"
    )
    client = TestClient(app, base_url="https://someone-rag.hf.space")
    answer = client.get("/")
    assert answer.status_code == 200
    assert "frame-ancestors https://huggingface.co https://*.hf.space" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers
    assert client.get("/", headers={"host": "evil.test"}).status_code == 400


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "route", ["/gradio_api/file={}", "/file={}", "/gradio_api/file/{}", "/ui/static/{}", "/static/{}", "/assets/{}"]
)
def test_only_the_pages_own_files_are_served(server: Served, route: str, file: str) -> None:
    answer = httpx.get(server.url + route.format(file))
    assert answer.status_code in (400, 403, 404, 405, 422, 307, 302)
    assert "root:" not in answer.text
    assert "ferry" not in answer.text
    assert "evil.test" not in answer.headers.get("location", "")


@pytest.mark.parametrize("path", ["local/../../x/1/c1", "..%2flocal/0000000000000000/1/c1", "local/..%2f..%2fx/1/c1", "local/zzz/1/c1", "else/0000000000000000/1/c1",
                                  "local/0000000000000000/0/c1", "local/0000000000000000/1/../../x"])  # fmt: skip
def test_a_place_is_found_by_names_that_are_not_paths(server: Served, path: str) -> None:
    assert httpx.get(f"{server.url}/ui/place/{path}").status_code == 404


def test_a_host_header_is_parsed_strictly() -> None:
    assert host_name("127.0.0.1:7860") == "127.0.0.1"
    assert host_name("[::1]:7860") == "[::1]"
    assert host_name("LocalHost") == "localhost"
    assert host_name("a b") == ""
    assert host_name("127.0.0.1/evil") == ""

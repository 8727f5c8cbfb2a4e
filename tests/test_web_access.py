"""Access requires the token in the opened address, or a name with its password."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from rag.web.access import Access, Keeper, Login, Token, keeper_of
from rag.web.passwords import WRONG, Passwords, TooMany, hashed
from rag.web.start import serve

PASSWORD = "correct horse"
HERE = "http://127.0.0.1:7860"


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("inside")(scope, receive, send)


def client(keeper: Keeper) -> TestClient:
    return TestClient(Access(inside, keeper=keeper), base_url=HERE, follow_redirects=False)


@pytest.fixture(scope="module")
def line() -> str:
    return hashed("ada", PASSWORD)


@pytest.fixture
def token() -> Token:
    return Token()


@pytest.mark.parametrize("path", ["/", "/config", "/ui/place/local/0000000000000000/1/c1", "/gradio_api/queue/data?session_hash=a", "/?token=",
                                  "/?token=x", "/config?token=x", "/ui/statics/x"])  # fmt: skip
def test_nothing_is_served_without_the_token(token: Token, path: str) -> None:
    answer = client(token).get(path)
    assert (answer.status_code, "inside" in answer.text) == (403, False)
    assert client(token).post(path).status_code == 403
    assert client(token).get(path, headers={"cookie": "rag-7860=x", "authorization": "Bearer "}).status_code == 403


def test_the_token_becomes_a_cookie_and_is_removed_from_the_address_bar(token: Token) -> None:
    page = client(token)
    arrived = page.get(f"/{token.query}")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(arrived.headers["set-cookie"].split("; "))
    assert page.get("/").text == "inside"
    assert page.post("/gradio_api/queue/join").text == "inside"


def test_the_token_of_one_page_opens_no_other(token: Token) -> None:
    assert client(Token()).get(f"/{token.query}").status_code == 403


def test_only_opening_the_page_accepts_a_token_from_the_address(token: Token) -> None:
    assert client(token).post(f"/{token.query}").status_code == 403


def test_websocket_connections_are_refused(token: Token) -> None:
    page = TestClient(Access(inside, keeper=token), headers={"cookie": f"rag-testserver={token._token}"})
    with pytest.raises(WebSocketDisconnect) as closed, page.websocket_connect("/gradio_api/queue"):
        pass
    assert closed.value.code == 1008


def test_the_address_that_opens_the_browser_works_only_once(token: Token) -> None:
    once = token.query_once
    assert client(token).get(f"/{once}").status_code == 303
    assert client(token).get(f"/{once}").status_code == 403
    assert client(token).get("/?token=").status_code == 403
    assert client(token).get(f"/{token.query}").status_code == 303


def test_a_program_sends_the_token_as_a_bearer() -> None:
    page = client(Token("a token of my own"))
    assert page.get("/config", headers={"authorization": "Bearer a token of my own"}).text == "inside"


def test_a_guessable_token_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        Token("secret")


def test_the_style_sheet_needs_no_token(token: Token) -> None:
    assert client(token).get("/ui/static/chat.css").text == "inside"


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_name_with_its_password_is_accepted(line: str) -> None:
    page = client(Login(Passwords([line])))
    assert page.get("/").headers["www-authenticate"].startswith("Basic")
    assert page.get("/", headers=basic("ada", PASSWORD)).text == "inside"
    for name, password in (("ada", "wrong"), ("eve", PASSWORD), ("", ""), ("ada", "")):
        assert page.get("/", headers=basic(name, password)).status_code == 401
    assert page.get("/", headers={"authorization": "Basic %%%"}).status_code == 401


def test_a_line_contains_no_password_and_is_salted(line: str) -> None:
    assert PASSWORD not in line
    assert hashed("ada", PASSWORD) != line


@pytest.mark.parametrize("wrong", ["", "ada", "ada:secret", "ada:scrypt:00:00", "ada:" + PASSWORD])
def test_a_password_that_is_not_hashed_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="rag password NAME"):
        Passwords([wrong])


def test_a_client_that_guesses_must_wait_and_no_other(line: str) -> None:
    clock = [0.0]
    passwords = Passwords([line], clock=lambda: clock[0])
    assert passwords.right("ada", PASSWORD, client="home")
    for _ in range(WRONG):
        assert not passwords.right("ada", "wrong", client="evil")
    with pytest.raises(TooMany):
        passwords.right("ada", PASSWORD + "!", client="evil")
    assert passwords.right("ada", PASSWORD, client="home")
    clock[0] = 61.0
    assert not passwords.right("ada", "wrong", client="evil")


def test_guessing_from_many_addresses_must_wait_too(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.passwords._hash", lambda password, salt: bytes(32))  # takes no time, and never matches
    passwords = Passwords([line])
    for guess in range(10 * WRONG):
        assert not passwords.right("ada", "wrong", client=f"evil {guess}")
    with pytest.raises(TooMany):
        passwords.right("ada", "wrong", client="one more")


def test_an_unknown_name_has_no_password(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "rag.web.passwords._hash", lambda password, salt: bytes(32)
    )  # equals the placeholder hash for an unknown name
    assert not Passwords([line]).right("eve", "x", client="evil")


def test_too_many_attempts_get_status_429(line: str) -> None:
    page = client(Login(Passwords([line])))
    tried = [page.get("/", headers=basic("eve", str(n))).status_code for n in range(WRONG + 1)]
    assert tried == [401] * WRONG + [429]


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "::", "example.org", "127.0.0.1.evil.test"])
def test_a_password_is_required_except_on_the_loopback_address(tmp_path: Path, address: str, line: str) -> None:
    with pytest.raises(ValueError, match="--let-anyone-in"):
        serve(tmp_path, tmp_path / "index", address=address, say=lambda said: None)
    assert isinstance(keeper_of(address, auth=[line]), Login)
    assert keeper_of(address, anyone=True) is None
    assert isinstance(keeper_of(address, inside=True), Token)


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_on_the_loopback_address_there_is_a_token(address: str) -> None:
    assert isinstance(keeper_of(address), Token)

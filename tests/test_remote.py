"""Whatever a model server does, the user gets a one-sentence error, and can stop at any time."""

from __future__ import annotations

import ipaddress
import itertools
from types import SimpleNamespace

import pytest

from rag.errors import ModelUnavailable
from rag.models import wire
from rag.models.remote import LONGEST, RemoteGenerator
from rag.models.wire import is_private
from rag.types import Message
from rag.web.session.generators import Models, opened_model
from rag.web.session.preferences import Model
from rag.web.session.stop import StoppableGenerator, Stopped, StopSign
from tests.odd_servers import DONE, HANG, ODD, SSE, WORDS, chunk, odd

ASKED = [Message("user", "Say: ready")]


@pytest.mark.parametrize("name", ODD)
def test_a_misbehaving_server_gives_a_one_sentence_error_that_names_it(name: str) -> None:
    reply, said = ODD[name]
    with odd(reply) as url, pytest.raises(ModelUnavailable) as raised:
        list(RemoteGenerator(url, "small", timeout=1 if reply.endswith(HANG) else 60).generate(ASKED))
    assert said in str(raised.value)
    assert url in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500


def test_a_long_answer_is_read_only_up_to_the_maximum_length() -> None:
    with odd(SSE + chunk(delta={"content": " " * 1_000}) * 300 + DONE) as url:
        assert sum(map(len, RemoteGenerator(url, "small").generate(ASKED))) == LONGEST


def test_a_stream_may_end_with_only_a_finish_reason() -> None:
    with odd(SSE + WORDS + chunk(delta={}, finish_reason="length")) as url:  # as `transformers serve` does
        assert "".join(RemoteGenerator(url, "small").generate(ASKED)) == "The mill"


def test_a_lone_surrogate_is_replaced() -> None:
    with odd(SSE + b'data: {"choices": [{"delta": {"content": "a\\ud800"}}]}\n\n' + DONE) as url:
        assert "".join(RemoteGenerator(url, "small").generate(ASKED)) == "a?"


def test_a_reply_must_end_before_its_deadline_even_if_silence_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = itertools.count()  # seconds: each call is one later
    monkeypatch.setattr(wire, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    with odd(SSE + WORDS + HANG) as url, pytest.raises(wire.Unanswered, match="did not answer in time"):
        list(wire.posted(wire.Request(f"{url}/chat/completions", {}, silence=1e9, deadline=5)))


@pytest.mark.parametrize("reply", [HANG, SSE + WORDS + HANG])
def test_stop_works_while_a_server_hangs(reply: bytes) -> None:
    sign = StopSign()
    with odd(reply) as url:
        pieces = StoppableGenerator(RemoteGenerator(url, "small"), sign).generate(ASKED)
        sign.begin("conversation")
        next(pieces)
        sign.stop("conversation")
        with pytest.raises(Stopped):
            list(pieces)


def test_choosing_a_hanging_server_can_be_stopped() -> None:
    sign = StopSign()
    sign.stop_all()
    with odd(HANG) as url, pytest.raises(Stopped):
        Models("usual", sign).choose(Model("big", url))


PRIVATE = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.5", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
           "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_recognised_in_every_form(address: str) -> None:
    assert is_private(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_not_private(address: str) -> None:
    assert not is_private(ipaddress.ip_address(address))


def test_a_private_address_is_called_only_if_it_was_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd(SSE + WORDS + DONE) as url:
        model = Model("big", url)
        with pytest.raises(ModelUnavailable, match=f"a private address; .*RAG_SERVER={url}"):
            list(opened_model(model, "", alone=False).generate(ASKED))
        assert (
            "".join(opened_model(model, "", alone=True).generate(ASKED)) == "The mill"
        )  # a server on the user's own machine
        monkeypatch.setenv("RAG_SERVER", f"{url}/")
        assert "".join(opened_model(model, "", alone=False).generate(ASKED)) == "The mill"


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[fe80::1]", "0.0.0.0", "2130706433x.invalid"])
def test_users_of_the_page_cannot_reach_into_an_internal_network(host: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"private address|no server answers"):
        list(opened_model(Model("big", f"http://{host}:80/v1"), "").generate(ASKED))


def test_the_environments_key_is_sent_only_to_the_configured_server(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, str] = {}

    class Silent:
        def generate(self, messages: object) -> list[str]:
            return ["ready"]

    def opened(model: Model, key: str) -> Silent:
        sent[model.address] = key
        return Silent()

    monkeypatch.setenv("RAG_API_KEY", "secret")
    monkeypatch.setenv("RAG_SERVER", "https://api.example.com/v1")
    models = Models("usual", StopSign(), opened=opened)
    for address in (
        "https://api.example.com/v1",
        "https://api.example.com.evil.test/v1",
        "http://api.example.com/v1",
        "https://evil.test/v1",
    ):
        models.generator(Model("big", address))
    assert {address for address, key in sent.items() if key} == {"https://api.example.com/v1"}
    monkeypatch.delenv("RAG_SERVER")
    models.generator(Model("bigger", "https://api.example.com/v1"))
    assert sent["https://api.example.com/v1"] == ""

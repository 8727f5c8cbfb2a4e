"""Posts JSON to a server and yields the lines of its reply, with limits on size and time and without redirects.

The reply is read in its own thread, so that the caller can stop at any time.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

REPLY = 512 * 1024  # bytes: a few hundred pieces with their JSON
LINE = 64 * 1024  # bytes
REFUSAL = 2 * 1024  # bytes read of a refusal, for its reason
TICK = 0.2  # seconds between checks that the caller still waits
NAT64 = ipaddress.ip_network("64:ff9b::/96")
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # RFC 4291: all other IPv6 addresses are not public hosts
INSIDE = ipaddress.ip_address("168.63.129.16")  # a public address at which a cloud serves its machines' metadata

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def http_address(url: str) -> str:
    """Return a server's address; ValueError if it is not one."""
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is not the address of a server; give one like http://127.0.0.1:8000/v1")
    return url


class Unanswered(Exception):
    """A request without a usable reply; the message says why, and what to do."""


class NotAllowed(Exception):
    """A host without an allowed address; the message names the address."""


@dataclass(frozen=True, slots=True)
class Request:
    """A POST request; it connects only to addresses for which `allowed` is true."""

    url: str
    body: Mapping[str, Any]
    key: str = ""
    silence: float = 60.0  # seconds without a byte
    deadline: float = 180.0  # seconds for all of it
    most: int = REPLY  # bytes of the reply
    line: int = LINE  # bytes of one line of it
    allowed: Callable[[Address], bool] = lambda address: True


def posted(request: Request) -> Iterator[bytes | None]:
    """Yield the reply's lines, and None every TICK without one; raise Unanswered. Closing it disconnects."""
    call = _Call(request)
    threading.Thread(target=call.run, daemon=True).start()
    began = heard = time.monotonic()
    try:
        while True:
            now = time.monotonic()
            if now - began > request.deadline or now - heard > request.silence:
                raise Unanswered(late(request))
            try:
                said = call.said.get(timeout=TICK)
            except queue.Empty:
                yield None
                continue
            heard = now
            if said is None:
                return
            if isinstance(said, Unanswered):
                raise said
            yield said
    finally:
        call.hang_up()


def late(request: Request) -> str:
    """Return the error for a server that takes too long."""
    return f"the server at {request.url} did not answer in time; try again, or ask a smaller model"


def is_private(address: Address) -> bool:
    """Return True if an address, in any notation, is this machine's or in a private network."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(inner)
        if address not in GLOBAL_UNICAST:
            return True
    return not address.is_global or address.is_multicast or address == INSIDE


class _Call:
    """One request in its own thread: `said` gets the lines, then None, or the error."""

    def __init__(self, request: Request) -> None:
        self.said: queue.Queue[bytes | Unanswered | None] = queue.Queue()
        self._request = request
        self._socket: socket.socket | None = None
        self._answer: http.client.HTTPResponse | None = None
        self._over = False

    def run(self) -> None:
        """Send the request and read until the end or a limit."""
        try:
            self._ask(urlsplit(self._request.url))
            self.said.put(None)
        except Unanswered as error:
            self.said.put(error)
        except (http.client.HTTPException, ssl.SSLError, ValueError) as error:
            self.said.put(
                Unanswered(
                    f"{self._server} broke off or does not speak OpenAI's protocol ({_short(error)}); check the address"
                )
            )
        except TimeoutError:
            self.said.put(Unanswered(late(self._request)))
        except OSError as error:
            began = self._socket is not None
            words = (
                f"{self._server} broke off ({_short(error)}); try again"
                if began
                else f"no server answers at {self._request.url}; start it, or correct the address"
            )
            self.said.put(Unanswered(words))
        finally:
            for opened in (self._answer, self._socket):
                if opened is not None:
                    opened.close()

    def hang_up(self) -> None:
        """Close the connection, which also ends the thread."""
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    @property
    def _server(self) -> str:
        return f"the server at {self._request.url}"

    def _ask(self, url: SplitResult) -> None:
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 0)
        connection.sock = self._socket = self._connected(url)
        if self._over:
            return
        headers = {"Host": url.netloc.rpartition("@")[2], "Content-Type": "application/json", "Accept": "text/event-stream, application/json",
                   "Accept-Encoding": "identity", **({"Authorization": f"Bearer {self._request.key}"} if self._request.key else {})}  # fmt: skip
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, json.dumps(self._request.body).encode(), headers)
        answer = self._answer = connection.getresponse()
        if answer.status != 200:
            raise Unanswered(self._refusal(answer))
        left = self._request.most
        while line := answer.readline(self._request.line + 1):
            left -= len(line)
            if left < 0 or len(line) > self._request.line:
                raise Unanswered(f"{self._server} sent more than it was asked for; check the address")
            self.said.put(line)

    def _refusal(self, answer: http.client.HTTPResponse) -> str:
        if 300 <= answer.status < 400:
            to = _short(answer.headers.get("location", "nowhere"))
            return f"{self._server} redirects to {to}, which is not followed; give that address if you trust it"
        said = answer.read(REFUSAL).decode("utf-8", "replace")
        with suppress(ValueError, RecursionError, TypeError, KeyError):
            said = str(json.loads(said)["error"]["message"])
        return f"{self._server} refused ({answer.status}: {_short(said)}); check model and key"

    def _connected(self, url: SplitResult) -> socket.socket:
        try:
            plain = reached(url, self._request.allowed, self._request.silence)
        except NotAllowed as error:
            address = self._request.url.removesuffix("/embeddings").removesuffix("/chat/completions")
            raise Unanswered(f"{error}; whoever starts the program allows it with RAG_SERVER={address}") from error
        if url.scheme != "https":
            return plain
        secured = self._socket = secure(plain, str(url.hostname))
        secured.do_handshake()
        return secured


def reached(url: SplitResult, allowed: Callable[[Address], bool], timeout: float) -> socket.socket:
    """Connect to an allowed address of the host: the very one that was checked, so that a changed DNS entry cannot replace it.

    Raises NotAllowed if it has none, OSError if none answers.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    found = socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(place[4][0]).partition("%")[0] for place in found))
    open_ones = [number for number in numbers if allowed(ipaddress.ip_address(number))]
    if not open_ones:
        raise NotAllowed(f"{url.hostname} is at {numbers[0]}, a private address")
    last: OSError | None = None
    for number in open_ones:
        try:
            return socket.create_connection((number, port), timeout=timeout)
        except OSError as error:
            last = error
    raise last or OSError("no address")


def secure(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """Wrap a connection in TLS; the caller does the handshake, so that it can be interrupted."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)


def _short(said: object) -> str:
    return " ".join(str(said).split())[:200]

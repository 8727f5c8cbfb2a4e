"""Fetches one page from public addresses, with limits on size, time and redirects, and without user data.

No cookie, name or password is sent, and no proxy is used. Every redirect is checked like the address itself, and the
connection goes to the IP address that was checked, even if the DNS entry changes.
"""

from __future__ import annotations

import http.client
import queue
import socket
import ssl
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlunsplit

from rag.errors import LoadError
from rag.load.walk import MAX_FILE
from rag.models.wire import Address, NotAllowed, is_private, reached, secure
from rag.site.address import checked

KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
}
LARGEST = 20_000_000  # bytes; what is read of a folder may have MAX_FILE
DEADLINE = 30.0  # seconds in total, including redirects and DNS
SILENCE = 10.0  # seconds without a byte
REDIRECTS = 5
MOVED = frozenset({301, 302, 303, 307, 308})
CHUNK = 64 * 1024  # bytes
INFLATED = zlib.MAX_WBITS | 32  # gzip or zlib, detected by its first bytes
PDF = b"%PDF-"
AGENT = "cited-rag (fetches one page that its user named)"
assert LARGEST <= MAX_FILE


def public(address: Address) -> bool:
    """Return True for a public internet address."""
    return not is_private(address)


def anywhere(address: Address) -> bool:
    """Return True: private addresses too, if the user allowed them."""
    return True


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched page: `address` is the one that answered, `kind` the suffix of its content."""

    address: str
    kind: str
    charset: str
    data: bytes


def visit(address: str, *, allowed: Callable[[Address], bool] = public, deadline: float = DEADLINE) -> Fetched:
    """Return the page at an address; a one-line LoadError if that fails. Ends after `deadline` seconds."""
    trip = _Trip(checked(address), allowed)
    threading.Thread(target=trip.run, daemon=True).start()
    try:
        said = trip.said.get(timeout=deadline)
    except queue.Empty:
        raise LoadError(trip.where, f"it did not come within {deadline:.0f} seconds; try again later") from None
    finally:
        trip.hang_up()
    if isinstance(said, LoadError):
        raise said
    return said


class _Trip:
    """One visit in its own thread: `said` gets the page, or the error."""

    def __init__(self, url: SplitResult, allowed: Callable[[Address], bool]) -> None:
        self.said: queue.Queue[Fetched | LoadError] = queue.Queue()
        self.url = url
        self._allowed = allowed
        self._socket: socket.socket | None = None
        self._over = False

    @property
    def where(self) -> str:
        """The current address."""
        return urlunsplit(self.url)

    def run(self) -> None:
        """Follow the address to a page, and read it."""
        try:
            self.said.put(self._arrived())
        except LoadError as error:
            self.said.put(error)
        except NotAllowed as error:
            self.said.put(LoadError(self.where, f"{error}, which is not fetched from"))
        except ssl.SSLError as error:
            self.said.put(LoadError(self.where, f"its certificate or encryption cannot be trusted ({_short(error)})"))
        except TimeoutError:
            self.said.put(LoadError(self.where, f"it was silent for {SILENCE:.0f} seconds; try again later"))
        except socket.gaierror:
            self.said.put(LoadError(self.where, "its server is not found; check the address and the network"))
        except ConnectionRefusedError:
            self.said.put(LoadError(self.where, "no server answers there; check the address, or try again later"))
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            self.said.put(LoadError(self.where, f"it broke off or is no web page ({_short(error)})"))
        finally:
            self._close()

    def hang_up(self) -> None:
        """Close the connection, which also ends the thread."""
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _arrived(self) -> Fetched:
        for _ in range(REDIRECTS + 1):
            answer = self._asked()
            if answer.status not in MOVED:
                return self._read(answer)
            answer.close()
            self._close()
            self.url = self._next(answer.headers.get("location", ""))
        raise LoadError(self.where, f"it sends on more than {REDIRECTS} times")

    def _asked(self) -> http.client.HTTPResponse:
        url = self.url
        self._socket = reached(url, self._allowed, SILENCE)
        if url.scheme == "https":
            secured = self._socket = secure(self._socket, str(url.hostname))
            secured.do_handshake()
        if self._over:
            raise OSError("nobody waits for it")
        connection = http.client.HTTPConnection(url.hostname or "", url.port or 0)
        connection.sock = self._socket
        headers = {"Host": url.netloc, "User-Agent": AGENT, "Accept": ", ".join(KINDS), "Accept-Encoding": "identity"}
        connection.request("GET", urlunsplit(("", "", url.path, url.query, "")), headers=headers)
        return connection.getresponse()

    def _next(self, location: str) -> SplitResult:
        """Return the target of a redirect, checked like any address; never from HTTPS to HTTP."""
        with suppress(UnicodeError):
            location = location.encode("latin-1").decode("utf-8")
        if not location:
            raise LoadError(self.where, "it sends on without saying where to")
        following = checked(urljoin(self.where, location))
        if (self.url.scheme, following.scheme) == ("https", "http"):
            raise LoadError(self.where, f"it sends on to {urlunsplit(following)}, which is not encrypted")
        return following

    def _read(self, answer: http.client.HTTPResponse) -> Fetched:
        if answer.status != 200:
            raise LoadError(self.where, f"its server answers {answer.status} {_short(answer.reason)}".rstrip())
        said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said not in KINDS:
            raise LoadError(
                self.where,
                f"it is of the kind '{_short(said)}'; only web pages, plain text, tables and PDF are fetched",
            )
        if int(answer.headers.get("content-length") or 0) > LARGEST:
            raise self._large()
        data = self._body(answer)
        if not data.strip():
            raise LoadError(self.where, "there is nothing in it")
        if said == "application/pdf" and PDF not in data[:1024]:
            raise LoadError(self.where, "it says that it is a PDF, and is none")
        return Fetched(self.where, KINDS[said], answer.headers.get_content_charset() or "", data)

    def _body(self, answer: http.client.HTTPResponse) -> bytes:
        """Return the body, decompressed if compressed; either form has at most LARGEST bytes."""
        packing = answer.headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip", "x-gzip", "deflate", ""):
            raise LoadError(self.where, f"it came packed as '{_short(packing)}', which was not asked for")
        unpack = None if packing in ("identity", "") else zlib.decompressobj(INFLATED)
        data, came = bytearray(), 0
        while chunk := answer.read1(CHUNK):
            came += len(chunk)
            data += unpack.decompress(chunk, LARGEST + 1 - len(data)) if unpack else chunk
            if max(came, len(data)) > LARGEST:
                raise self._large()
        if answer.length or (unpack and not unpack.eof):
            raise LoadError(self.where, "it broke off before its end; try again")
        return bytes(data)

    def _large(self) -> LoadError:
        return LoadError(self.where, f"it has more than the {LARGEST / 1e6:.0f} MB that are fetched")

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def _short(said: object) -> str:
    return " ".join(str(said).split())[:100]

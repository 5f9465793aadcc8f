"""The loopback server: one path a publisher, faults of the line, a record of what was asked."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Mapping
from functools import cached_property, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from pydantic import AnyHttpUrl

from gapwatch.demo.replica import fingertips, gov, nomis, ons, portal
from gapwatch.demo.replica.faults import OF_ANSWERS, Faults, Reply, Request
from gapwatch.demo.replica.files import answered
from gapwatch.demo.replica.layers import Layer, layers
from gapwatch.demo.replica.world import World

BASES = {
    "fingertips": "fingertips/api/",
    "nomis": "nomis/api/v01/",
    "portal": "portal/rest/services/",
    "ons": "ons/",
    "gov": "gov/",
    "files": "files/",
}
PATIENCE_SECONDS = 60.0
BOMB_BYTES = 64 << 20
_PAGE = b"<!DOCTYPE html><html><head><title>Service unavailable</title></head></html>"
_TRACE = b"System.NullReferenceException: Object reference not set\r\n   at Api.Get()"
_BUSY = b"Too many requests"
_JSON_ERROR = b'{"error": {"code": 400, "message": "Unable to complete operation.", "details": []}}'
# Status, further headers and body of the faults that say the same whatever was asked.
_FIXED: dict[str, tuple[int, dict[str, str], bytes]] = {
    "400-text": (400, {}, b"The indicator could not be found"),
    "500-trace": (500, {}, _TRACE),
    "503": (503, {}, b"Service unavailable"),
    "429": (429, {}, _BUSY),
    "429-wait": (429, {"Retry-After": "1"}, _BUSY),
    "429-long": (429, {"Retry-After": "4000"}, _BUSY),
    "html": (200, {"Content-Type": "text/html"}, _PAGE),
    "empty": (200, {}, b""),
    "error-under-200": (200, {"Content-Type": "application/json"}, _JSON_ERROR),
}


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES))


class Replica:
    """The publishers on 127.0.0.1, from entering the context to leaving it.

    `page_size` is the most records of one answer of the portal, `cells` the most of one of Nomis.
    `files` are answers that are served as they are, by name, whoever's they are; without a world
    there is nothing else. `date` is sent as the Date of every answer where it is set: the world has
    no clock of its own.
    """

    def __init__(
        self,
        world: World | None,
        *,
        page_size: int = 2000,
        cells: int = 25_000,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        self._world, self.page_size, self.cells = world, page_size, cells
        self._files = dict(files or {})
        self.date = ""
        self.faults = Faults()
        self.seen: list[Request] = []
        self.stopping = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Where all publishers are, each below a path of its own."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    @property
    def publishers(self) -> dict[str, str]:
        """Base addresses, as a study's `publishers` names them."""
        return {name: self._base(name) for name in ("fingertips", "nomis", "portal")}

    @property
    def world(self) -> World:
        """What the publishers tell of; ValueError where there are files alone."""
        if self._world is None:
            raise ValueError("no world: this replica serves files alone")
        return self._world

    @property
    def files(self) -> str:
        """Base address of the files."""
        return self._base("files")

    @property
    def ons(self) -> str:
        """Base address of the replica of the ONS site."""
        return self._base("ons")

    @property
    def gov(self) -> str:
        """Base address of the replica of gov.uk and of where its files lie."""
        return self._base("gov")

    def fault(self, name: str, *, on: str = "", times: int = 0) -> None:
        """Switch a fault of FAULTS on, for ever or for so many answers.

        `on` is a publisher, or any part of the path and query as they are sent; empty: all.
        Raises UsageError for a fault that is not known.
        """
        self.faults.add(name, on, times)
        if name == "gzip-bomb":
            _bomb()  # made beforehand: an answer that takes long to make is another fault

    def clear(self) -> None:
        """Switch every fault off and forget what was asked."""
        self.faults.clear()
        self.seen.clear()

    def request(self, target: str) -> Request | None:
        """A request taken apart; None where no publisher has that path."""
        url = AnyHttpUrl(f"http://127.0.0.1{target}")
        path = (url.path or "/").removeprefix("/")
        for name, base in BASES.items():
            if f"{path}/".startswith(base):
                below = path[len(base) :]
                return Request(name, below, dict(url.query_params()), target, self.faults)
        return None

    def answer(self, request: Request) -> Reply:
        """What the publisher says, faults of content included."""
        if request.publisher == "files" or self._world is None:
            return answered(self._files, request)
        if request.publisher == "fingertips":
            return fingertips.answer(self.world, request)
        if request.publisher == "nomis":
            return nomis.answer(self.world, request, self.cells)
        if request.publisher == "portal":
            return portal.answer(self.layers, request, self.page_size)
        if request.publisher == "gov":
            return gov.answer(self.world, request)
        return ons.answer(self.world, request)

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """What the portal serves, by service; outlines take long to put together."""
        return layers(self.world)

    def _base(self, name: str) -> str:
        return f"{self.address}{BASES[name]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer one request, as the publisher or as the fault that is due."""
        replica = self.server.replica
        self.close_connection = True
        request = replica.request(self.path)
        if request is None:
            self._send(404, {}, b"Not found")
            return
        replica.seen.append(request)
        fault = replica.faults.take(OF_ANSWERS, request.publisher, request.target)
        if fault in _FIXED:
            self._send(*_FIXED[fault])
        elif fault == "silent":
            replica.stopping.wait(PATIENCE_SECONDS)
        elif fault != "dropped":
            self._say(replica.answer(request), fault)

    def _say(self, reply: Reply, fault: str) -> None:
        body, size = reply.body, len(reply.body)
        headers = {"Content-Type": reply.kind}
        if fault == "header-only":
            body = body[: body.find(b"\n") + 1]
            size = len(body)
        elif fault == "gzip-bomb":
            body = _bomb()
            headers["Content-Encoding"], size = "gzip", len(body)
        elif fault == "length-long":
            size += 100
        elif fault == "length-short":
            size //= 2
        elif fault in ("cut", "reset", "stall"):
            half = body[: size // 2]
            self._send(
                reply.status,
                {**headers, "Transfer-Encoding": "chunked"},
                b"%x\r\n%b\r\n" % (len(half), half),
            )
            if fault == "stall":
                self.server.replica.stopping.wait(PATIENCE_SECONDS)
            elif fault == "reset":
                self._reset()
            return
        self._send(reply.status, {**headers, "Content-Length": str(size)}, body)

    def _reset(self) -> None:
        """Close without time to linger, which resets the connection instead of ending it."""
        no_time = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_time)
        self.connection.close()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        if self.server.replica.date:
            self.send_header("Date", self.server.replica.date)
        # Said aloud: a client that kept the connection would now and then meet its end.
        self.send_header("Connection", "close")
        framed = {"Content-Length", "Transfer-Encoding"} & headers.keys()
        for name, value in ({} if framed else {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            # The client has heard enough and hung up, which is its right.
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: `seen` is the record."""

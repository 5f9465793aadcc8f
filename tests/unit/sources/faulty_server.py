"""A loopback web server whose every path is one way for a publisher to fail."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

CSV = b"code,value\r\nE1,1\r\nE2,2\r\n"
LANDING = b"""<!DOCTYPE html><title>Deaths</title><a href="/f/deaths9.csv">9</a>
<a href="/f/deaths10.csv">10</a> <a href="http://example.org/f/deaths11.csv">plain</a>"""
PAGE = b"<!DOCTYPE html><html><title>Down for repair</title></html>"
# status, headers, body, and how often before the path answers as it should (0: for ever)
PLAIN: dict[str, tuple[int, dict[str, str], bytes, int]] = {
    "/fine": (200, {}, CSV, 0),
    "/landing": (200, {"Content-Type": "text/html"}, LANDING, 0),
    "/f/deaths10.csv": (200, {}, CSV, 0),
    "/bom": (200, {}, b"\xef\xbb\xbf" + CSV, 0),
    "/gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(CSV), 0),
    "/half-gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(CSV)[:-9], 0),
    "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(64 << 20)), 0),
    "/400": (400, {}, b"Bad\x1b indicator\nmore", 0),
    "/500": (500, {}, b"System.NullReferenceException: oh\n at X", 0),
    "/503": (503, {}, b"busy", 2),
    "/429": (429, {}, b"slow down", 1),
    "/429-wait": (429, {"Retry-After": "1"}, b"slow down", 1),
    "/429-long": (429, {"Retry-After": "4000"}, b"slow down", 0),
    "/429-date": (429, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}, b"", 0),
    "/page": (200, {}, PAGE, 0),
    "/empty": (200, {}, b"", 0),
    "/header": (200, {}, b"code,value\r\n", 0),
    "/moved-column": (200, {}, b"value,code\r\n1,E1\r\n", 0),
    "/error": (200, {}, b'{"error": {"code": 400, "message": "Invalid query"}}', 0),
    "/json": (200, {}, b'{"a": [1]}', 0),
    "/cut-json": (200, {"Content-Length": "5"}, b'{"a": [1]}', 0),
    "/short": (200, {"Content-Length": "900"}, CSV, 0),
    "/to-fine": (302, {"Location": "/fine"}, b"", 0),
    "/loop": (302, {"Location": "/loop"}, b"", 0),
    "/to-plain": (302, {"Location": "http://publisher.invalid/x"}, b"", 0),
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        server: Any = self.server
        server.seen[path] += 1
        server.times.append(time.monotonic())
        server.agents.append(self.headers["User-Agent"])
        self.close_connection = True
        if path == "/silent":
            server.stop.wait(5)
        elif path in {"/stall", "/cut-chunk", "/reset", "/rst", "/drip"}:
            self._partly(path, server)
        else:
            status, headers, body, times = PLAIN[path]
            if times and server.seen[path] > times:
                status, headers, body = 200, {}, server.good.get(path, CSV)
            self._send(status, {"Content-Length": str(len(body)), **headers}, body)

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)  # without a date: tests choose their own
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _partly(self, path: str, server: Any) -> None:
        if path == "/reset":
            return
        self._send(200, {"Transfer-Encoding": "chunked"}, b"5\r\ncode,\r\n")
        if path == "/stall":
            server.stop.wait(5)
        elif path == "/drip":
            while not server.stop.wait(0.05):
                self.wfile.write(b"1\r\n1\r\n")
        elif path == "/rst":  # closing with no time to linger resets the connection
            no_time = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_time)
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """The tests read the client's log, not the server's."""


class FaultyServer:
    """A context manager: `base` address, what was `seen` by path, and when.

    `good` holds the answers of paths that come to themselves; without one it is CSV.
    """

    def __init__(self, context: Any = None) -> None:
        self.server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.server.seen, self.server.times, self.server.agents = Counter(), [], []
        self.server.good = {}
        self.server.stop = threading.Event()
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        self.base = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop.set()
        self.server.shutdown()
        self.server.server_close()

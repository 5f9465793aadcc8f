"""The body of an answer, read as it arrives: bounded in bytes and time, and whole."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Protocol

from gapwatch.sources.hosts import masked
from gapwatch.sources.responses import LATER, line, source_error


class Response(Protocol):
    """What is needed of an answer whose head was read."""

    @property
    def url(self) -> object:
        """Where it came from."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""
        ...

    def iter_raw(self) -> Iterator[bytes]:
        """Its bytes as they arrive, not decoded."""
        ...


class Watch(Protocol):
    """Who is told how far a body is."""

    def arrived(self, address: str, size: int, total: int) -> None:
        """So many bytes are there, of a total that is 0 where it isn't known."""
        ...

    def ended(self) -> None:
        """The body is there, or has failed."""
        ...


class PassingError(Exception):
    """A failure that may pass; `wait` is what the publisher asked for, in seconds."""

    def __init__(self, found: str, wait: float = 0.0) -> None:
        self.found = found
        self.wait = wait
        super().__init__(found)


def read_body(response: Response, most: int, until: float, watch: Watch | None = None) -> bytes:
    """The decoded bytes, at most `most` of them and before the monotonic time `until`.

    Raises SourceError for a body that is too large, endless or of another coding, PassingError for
    one that was cut or damaged on its way.
    """
    where = masked(str(response.url))
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", ""}:
        raise source_error(where, "a plain or gzip body", line(encoding), LATER)
    decoder = zlib.decompressobj(31) if encoding == "gzip" else None
    wire, size, parts = 0, 0, []
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else 0
    for chunk in response.iter_raw():  # as it arrives: gathering would hide a body that drips
        wire += len(chunk)
        if watch is not None:
            watch.arrived(where, wire, total)
        if time.monotonic() > until:
            raise source_error(where, "a body that ends", "one that goes on and on", LATER)
        try:
            # One byte over the bound is enough to know, and a bomb never unfolds.
            part = decoder.decompress(chunk, most - size + 1) if decoder else chunk
        except zlib.error as error:
            raise PassingError("a damaged gzip body") from error
        size += len(part)
        if max(wire, size) > most:
            raise source_error(
                where, f"at most {most} bytes", "more", "check the query; it asks too much"
            )
        parts.append(part)
    chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    if not (length or chunked or decoder):
        # The end of the connection may be the end of the body, or a body that was cut.
        raise source_error(
            where,
            "a body whose end is told (Content-Length, chunked or gzip)",
            "one that ends with the connection",
            LATER,
        )
    if length.isdecimal() and int(length) != wire:
        raise PassingError(f"{wire} bytes where Content-Length says {length}")
    if decoder and wire and (not decoder.eof or decoder.unused_data):
        raise PassingError("a gzip body that does not end where it should")
    return b"".join(parts)

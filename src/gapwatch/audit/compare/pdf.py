"""How two PDF files differ: page by page, first in what is read, then in what is drawn."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import StreamObject

from gapwatch.audit.compare.text import Change, line_change, unequal

# Differing lines told of one page: where one number moves the rest of a page, these are enough.
FIRST = 3
# A page of ours holds half a megabyte of drawing, and a report some twenty pages.
_MOST_BYTES = 40_000_000
_MOST_PAGES = 500
# Computed from all the rest: they differ whenever anything does, and say nothing of their own.
_IDS = re.compile("<xmpMM:(?:Instance|Document)ID>[^<]*")


@dataclass(frozen=True)
class _Page:
    lines: tuple[str, ...]
    drawing: str


def sheets(_name: str, released: bytes, made: bytes) -> Iterator[Change]:
    """The pages that differ, and the metadata.

    Raises whatever pypdf raises on a broken file, and ValueError when there is more to read than
    any report has.
    """
    old, new = PdfReader(io.BytesIO(released)), PdfReader(io.BytesIO(made))
    before, after = _pages(old), _pages(new)
    same = before == after
    if len(before) != len(after):
        yield "number of pages", str(len(before)), str(len(after))
    for number, (a, b) in enumerate(zip(before, after, strict=False), 1):
        yield from _page_changes(f"page {number}", a, b)
    said, says = _metadata(old), _metadata(new)
    for name in {**said, **says}:
        a_value, b_value = said.get(name, "nothing"), says.get(name, "nothing")
        if a_value != b_value:
            yield f"metadata{' only' if same else ''}, {name}", a_value, b_value


def _page_changes(place: str, a: _Page, b: _Page) -> Iterator[Change]:
    if a.lines == b.lines:
        if a.drawing != b.drawing:
            yield f"{place}, drawing (its text is the same)", a.drawing, b.drawing
        return
    pairs = unequal(a.lines, b.lines)
    for i, j in islice(pairs, FIRST):
        yield line_change(a.lines, b.lines, i, j, f"{place}, ")
    more = sum(1 for _ in pairs)
    if more:
        yield place, f"{FIRST} differing lines told", f"{more} more"


def _pages(reader: PdfReader) -> list[_Page]:
    if len(reader.pages) > _MOST_PAGES:
        raise ValueError(f"more than {_MOST_PAGES} pages")
    room, pages = _MOST_BYTES, []
    for page in reader.pages:
        drawing = _drawing(page)
        room -= sum(map(len, drawing))
        if room < 0:
            raise ValueError(f"more than {_MOST_BYTES} bytes of drawing")
        digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in drawing))
        pages.append(
            _Page(tuple(page.extract_text().split("\n")), f"sha256 {digest.hexdigest()[:16]}")
        )
    return pages


def _drawing(page: PageObject) -> list[bytes]:
    """What is drawn on a page: its own content, then the pictures that it places."""
    contents = page.get_contents()
    parts = [contents.get_data()] if contents is not None else []
    pictures = _pictures(page)
    for name in sorted(pictures):
        picture = pictures[name].get_object()
        if isinstance(picture, StreamObject):
            parts += [name.encode(), picture.get_data()]
            # Pictures in pictures in pictures can draw without end.
            if "/Resources" in picture or "/Parent" in picture:
                raise ValueError("a picture that places others; no report has one")
    return parts


def _pictures(page: PageObject) -> dict[str, Any]:
    resources = page.get("/Resources")
    found = resources.get_object().get("/XObject") if resources is not None else None
    return {} if found is None else dict(found.get_object())


def _metadata(reader: PdfReader) -> dict[str, str]:
    found = {str(name): str(value) for name, value in sorted((reader.metadata or {}).items())}
    packet = reader.root_object.get("/Metadata")
    stream = packet.get_object() if packet is not None else None
    if isinstance(stream, StreamObject):
        found["XMP"] = _IDS.sub("", stream.get_data().decode("utf-8", "backslashreplace"))
    return found

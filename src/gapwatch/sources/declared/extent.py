"""How many cells a workbook's sheets span, before the reader sets room aside for them.

The reader takes room for every cell between the first and the last, and a shortage of memory ends
the process without an error. Parts are read in pieces, so a part of any size costs no room here.
"""

from __future__ import annotations

import functools
import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

_PIECE = 1 << 20
_OVERLAP = 200
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,9})["']""")
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def widest(archive: zipfile.ZipFile) -> int:
    """Cells that the widest sheet spans: of an xlsx by its cells' addresses, of an ods by content.

    Raises ValueError for XML that can't be read or that defines entities.
    """
    most = 0
    for name in archive.namelist():
        if name == "content.xml":
            most = max(most, _Content().read(_pieces(archive, name)))
        elif name.endswith(".xml") and name.startswith("xl/"):
            most = max(most, _addressed(_pieces(archive, name)))
    return most


def longest_of_ods(archive: zipfile.ZipFile) -> int:
    """Bytes of the longest cell of an ods: the longest way between two marks that open one."""
    longest, since = 0, 0
    for piece in _pieces(archive, "content.xml"):
        first, *others = piece.split(b"table-cell")
        since += len(first)
        for part in others:
            longest, since = max(longest, since), len(part)
    return max(longest, since)


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _addressed(pieces: Iterator[bytes]) -> int:
    """Columns times rows of an xlsx's sheet; other parts have no such addresses."""
    width = height = 1
    tail = b""
    for piece in pieces:
        for found in _ADDRESS.finditer(tail + piece):
            height = max(height, int(found[2]))
            width = max(width, functools.reduce(lambda n, c: n * 26 + c - 64, found[1], 0))
        tail = piece[-_OVERLAP:]
    return width * height


class _Content:
    """An ods: repeats count as often as they say, empty ends of rows and sheets not at all."""

    def __init__(self) -> None:
        self._most = 0
        self._sheet = (0, 0)  # width and height of what has content
        self._row = (0, 0, 1)  # width with content, cells so far, repeats of the row
        self._rows = 0

    def read(self, pieces: Iterator[bytes]) -> int:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse_entities
        try:
            for piece in pieces:
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise ValueError(f"content.xml: {error}") from error
        return self._most

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE} table":
            self._sheet, self._rows = (0, 0), 0
        elif name == f"{_TABLE} table-row":
            self._row = (0, 0, _count(attributes, "number-rows-repeated"))
        elif name in (f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"):
            width, cells, repeats = self._row
            cells += _count(attributes, "number-columns-repeated")
            filled = any(
                key.startswith(f"{_OFFICE} ") or key == f"{_TABLE} formula" for key in attributes
            )
            self._row = (cells if filled else width, cells, repeats)

    def _end(self, name: str) -> None:
        if name == f"{_TABLE} table-row":
            width, _, repeats = self._row
            self._rows += repeats
            if width:
                self._sheet = (max(self._sheet[0], width), self._rows)
        elif name == f"{_TABLE} table":
            self._most = max(self._most, self._sheet[0] * self._sheet[1])

    @staticmethod
    def _refuse_entities(*_: object) -> None:
        raise ValueError("content.xml defines entities")


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(f"{_TABLE} {name}", "1")
    if not re.fullmatch("[0-9]{1,9}", text):
        raise ValueError(f"content.xml: {name} is {text[:20]!r}")
    return max(1, int(text))

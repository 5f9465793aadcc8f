"""How many cells a workbook's sheets span, before the reader sets room aside for them.

The reader takes room for every cell between the first and the last, and a shortage of memory ends
the process without an error. Parts are read in pieces, so a part of any size costs no room here.
"""

from __future__ import annotations

import functools
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

import olefile

_PIECE = 1 << 20
_OVERLAP = 200
# Records of an xls: number and size, then row and column; [MS-XLS] 2.3.
_HEAD = struct.Struct("<HH")
_BOOKS = ("Workbook", "Book")
_SHEET_STARTS = 0x0809
_DIMENSIONS = 0x0200  # first row, row after the last, and columns likewise; older books are shorter
_EDGES = {14: struct.Struct("<IIHH"), 10: struct.Struct("<HHHH")}
_MANY_CELLS = (0x00BD, 0x00BE)  # their last column stands at their end; their size bounds it
_CELLS = (
    *_MANY_CELLS,
    0x0006,
    0x0201,
    0x0203,
    0x0204,
    0x0205,
    0x00D6,
    0x00FD,
    0x027E,
    0x0001,
    0x0002,
    0x0003,
    0x0004,
    0x0005,
)
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


def widest_of_xls(content: bytes) -> int:
    """Cells that the widest sheet of an xls spans, by the addresses of its cell records.

    Raises ValueError or OSError for a container or a workbook that can't be read.
    """
    with olefile.OleFileIO(io.BytesIO(content)) as container:
        names = [name for name in _BOOKS if container.exists(name)]
        if not names:
            raise ValueError("no workbook inside")
        return max(_recorded(container.openstream(name).read()) for name in names)


def _recorded(stream: bytes) -> int:
    """Rows and columns are 16 bits each, so a small file may span four thousand million cells."""
    most, height, width, at = 0, 0, 0, 0
    while at + _HEAD.size <= len(stream):
        kind, size = _HEAD.unpack_from(stream, at)
        if kind == _SHEET_STARTS:
            height = width = 0
        elif kind == _DIMENSIONS and size in _EDGES:
            _, below, _, right = _EDGES[size].unpack_from(stream[at : at + 30], _HEAD.size)
            most = max(most, below * right)
        elif kind in _CELLS and size >= _HEAD.size:
            row, column = _HEAD.unpack_from(stream, at + _HEAD.size)
            several = size // 2 if kind in _MANY_CELLS else 0
            height, width = max(height, row + 1), max(width, column + 1 + several)
            most = max(most, height * width)
        at += _HEAD.size + size
    return most


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

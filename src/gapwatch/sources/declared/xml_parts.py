"""The XML parts of a workbook: read in pieces, by names without a namespace, without entities."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

PIECE = 1 << 20
Attributes = dict[str, str]


def parse(
    content: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    words: Callable[[str], None] | None = None,
) -> None:
    """Hand the elements of a part to the callbacks, by their names without a namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(local(name), attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(local(name))
    if words is not None:
        parser.CharacterDataHandler = words
    parser.EntityDeclHandler = _refuse_entities
    try:
        for piece in content:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(f"XML that can't be read: {error}") from error


def _refuse_entities(*_: object) -> None:
    raise ValueError("a part that defines entities")


def pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part of a workbook in pieces of at most a megabyte."""
    with archive.open(name) as stream:
        while piece := stream.read(PIECE):
            yield piece


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]

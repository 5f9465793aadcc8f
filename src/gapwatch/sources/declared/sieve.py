"""A large sheet of an xlsx without the rows that the study leaves out, before any cell is made.

A national table by small area has half a million rows, of which a study keeps a few thousand. Rows
are looked at as bytes: one in which no cell holds a text that `keep` or `keep_pattern` could take
isn't read any further. What is read keeps its row number, so places in errors stay right. Where a
sheet isn't written as the programs in use write it, the sieve steps aside (None), and the whole
sheet is read.
"""

from __future__ import annotations

import io
import operator
import re
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from gapwatch.sources.declared.named import NamedSheetsZip, named
from gapwatch.study.sources import FileSource

Bytes = NDArray[np.uint8]
# Smaller sheets are read whole: that is as fast.
LEAST_BYTES = 8_000_000
HEAD_ROWS = 110  # among which the header is looked for; they are never left out
MOST_KEPT_BYTES = 150_000_000
_MOST_ROW_BYTES = 4 << 20
_PIECE = 1 << 20
_STRINGS = "xl/sharedStrings.xml"
_ROW = re.compile(rb'<row [^>]*?\br="([0-9]{1,7})"')
_ADDRESS = re.compile(rb'(\br="[A-Z]{0,3})([0-9]+)(?=")')
_SHARED = re.compile(rb't="s"[^>]*><v>([0-9]+)</v>')
# Forms that are allowed and that no spreadsheet program in use writes, and texts in the sheet, each
# with a byte of it that is rare in a sheet, where it has one. `tr"` ends two kinds of text.
_ODD = {
    b"='": b"'",
    b" =": b"",
    b"= ": b"",
    b"\n=": b"\n",
    b"=\n": b"\n",
    b"<!": b"!",
    b"<v ": b"",
    b":v>": b":",
    b"<row>": b"",
    b'tr"': b"",
}
_MOST_COMPARED = 3  # bytes of a form; longer ones are found faster by the search for bytes
# Each way of a pattern begins with a letter, so that no number matches it.
_LETTERED = re.compile(r"[A-Za-z](?![?*{])[^|]*(?:\|[A-Za-z](?![?*{])[^|]*)*")
_SET, _GROUP = re.compile(r"\\.|\[[^\]]*\]"), re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Sieved:
    """The smaller workbook, and by sheet the numbers of its rows in the file, ascending."""

    content: bytes
    rows: dict[str, Sequence[int]]


class _OddError(Exception):
    """A sheet that isn't written as expected."""


def sieved(source: FileSource, archive: NamedSheetsZip) -> Sieved | None:
    """The named sheets without rows that are left out; None where they must be read whole.

    Raises a fault of zipfile or ValueError for a workbook that can't be read.
    """
    conditions = _conditions(source)
    names = list(archive.sheets)
    wanted = {name for key in source.sheets if (name := named(key, names))}
    parts = {archive.sheets[name]: name for name in wanted}
    held = {item.filename: item.file_size for item in archive.infolist()}
    whole = source.sparse or source.carry_down or source.end_pattern or source.totals
    if (
        not conditions
        or whole
        or _STRINGS not in held
        or sum(held.get(part, 0) for part in parts) < LEAST_BYTES
    ):
        return None
    texts = _shared(archive)
    takes = [
        {b"%d" % at for at, text in enumerate(texts) if condition.search(text)}
        for condition in conditions
    ]
    buffer, rows, room = io.BytesIO(), {}, MOST_KEPT_BYTES
    try:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for item in archive.infolist():
                if item.filename not in parts:
                    made.writestr(item.filename, archive.read(item.filename))
                    continue
                sheet, numbers = _sheet(archive, item.filename, takes, room)
                room -= len(sheet)
                made.writestr(item.filename, sheet)
                rows[parts[item.filename]] = numbers
    except _OddError:
        return None
    return Sieved(buffer.getvalue(), rows)


def spread(rows: Sequence[list[str]], numbers: Sequence[int]) -> Iterator[list[str]]:
    """The rows in their places in the file, with blank ones where rows were left out."""
    last = 0
    for row, number in zip(rows, numbers, strict=False):
        for _ in range(last + 1, number):
            yield []
        last = number
        yield row


def _conditions(source: FileSource) -> list[re.Pattern[str]]:
    """What a row must hold in some cell: a word of each `keep`, a part like each `keep_pattern`.

    Conditions that a number could meet say nothing of the texts of a row, and are left out.
    """
    spaces = r"\s+"
    found = [
        "|".join(spaces.join(map(re.escape, word.split())) for word in words)
        for words in source.keep.values()
        if all(word.strip()[:1].isalpha() for word in words)
    ]
    found += [text for text in source.keep_pattern.values() if _LETTERED.fullmatch(_outside(text))]
    every = [spaces.join(map(re.escape, word.split())) for word in source.every.values()]
    return [re.compile("|".join([text, *every]), re.IGNORECASE) for text in found]


def _outside(pattern: str) -> str:
    """A pattern without what its sets and groups hold."""
    text = _SET.sub("_", pattern)
    while (less := _GROUP.sub("_", text)) != text:
        text = less
    return text


def _shared(archive: zipfile.ZipFile) -> list[str]:
    """Texts that cells name by their numbers, without hints for their pronunciation."""
    texts: list[str] = []
    parts: list[str] = []
    state = {"text": False, "hint": 0}

    def start(name: str, _: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "si":
            parts.clear()
        state["hint"] += local == "rPh"
        state["text"] = local == "t" and not state["hint"]

    def end(name: str) -> None:
        local = name.rpartition(" ")[2]
        state["hint"] -= local == "rPh"
        state["text"] = False
        if local == "si":
            texts.append("".join(parts))

    def words(text: str) -> None:
        if state["text"]:
            parts.append(text)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = words
    parser.EntityDeclHandler = _refuse_entities
    try:
        with archive.open(_STRINGS) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError(f"XML that can't be read: {error}") from error
    return texts


def _refuse_entities(*_: object) -> None:
    raise ValueError("a part that defines entities")


def _sheet(
    archive: zipfile.ZipFile, part: str, takes: Sequence[set[bytes]], room: int
) -> tuple[bytes, Sequence[int]]:
    """The part with its first rows and those that are taken, and the numbers that these had.

    The first rows keep their numbers, since merged cells of the header are told by them.
    """
    kept: list[bytes] = []
    numbers = array("L", range(1, HEAD_ROWS + 1))
    size = last = 0
    tail = b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            *rows, tail = _split(tail, piece)
            together = b"".join(rows)
            told = _numbered(rows, together, last) if kept else None
            if told and last >= HEAD_ROWS and not _is_taken(together, takes):
                last = told[-1][1]
                continue
            for row, (begin, number) in zip(rows, told or _each_numbered(rows, last), strict=True):
                last = number
                if not kept:
                    kept.append(_before(row[:begin]))
                if last <= HEAD_ROWS:
                    kept.append(row[begin:] + b"</row>")
                elif _is_taken(row, takes):
                    numbers.append(last)
                    kept.append(_renumbered(row[begin:], last, len(numbers)) + b"</row>")
                else:
                    continue
                size += len(kept[-1])
                if size > room:
                    raise _OddError
    if not kept:
        raise _OddError
    return b"".join([*kept, _after(tail)]), numbers


def _split(tail: bytes, piece: bytes) -> list[bytes]:
    """Rows without their ends, and what follows the last whole one."""
    # The overlap lets no odd form hide between two pieces.
    seen = tail[-64:] + (piece if tail else piece.partition(b"?>")[2] or piece)
    codes = np.frombuffer(seen, dtype=np.uint8)
    if any(rare in seen and _holds(seen, codes, form) for form, rare in _ODD.items()):
        raise _OddError
    rows = (tail + piece).split(b"</row>")
    if len(rows[-1]) > _MOST_ROW_BYTES:
        raise _OddError
    return rows


def _holds(seen: bytes, codes: Bytes, form: bytes) -> bool:
    """Whether a form stands anywhere; a short one is compared at all places at once."""
    if len(form) > _MOST_COMPARED:
        return form in seen
    width = max(len(codes) - len(form) + 1, 0)
    found = codes[:width] == form[0]
    for at in range(1, len(form)):
        found &= codes[at : at + width] == form[at]
    return bool(found.any())


def _numbered(rows: list[bytes], together: bytes, last: int) -> list[tuple[int, int]] | None:
    """Where each row begins, and its number; None where they must be looked at one by one."""
    matches = [match for match in map(_ROW.match, rows) if match is not None]
    if len(matches) != len(rows) or together.count(b"<row ") != len(rows):
        return None
    found = [int(match[1]) for match in matches]
    if not all(map(operator.lt, [last, *found], found)):
        return None
    return [(0, number) for number in found]


def _each_numbered(rows: Sequence[bytes], last: int) -> Iterator[tuple[int, int]]:
    """Where each row begins, and its number, which is above that of the row before."""
    for row in rows:
        begin = row.rfind(b"<row ")
        match = _ROW.match(row, begin) if begin >= 0 else None
        if match is None or int(match[1]) <= last:
            raise _OddError
        last = int(match[1])
        yield begin, last


def _before(text: bytes) -> bytes:
    """What precedes the first row, without rows that are empty."""
    at = text.find(b"<sheetData>")
    if at < 0:
        raise _OddError
    return text[: at + len(b"<sheetData>")]


def _is_taken(row: bytes, takes: Sequence[set[bytes]]) -> bool:
    """Whether a row, or any of many together, could be taken: it holds a word of each condition."""
    held = set(_SHARED.findall(row))
    return all(not take.isdisjoint(held) for take in takes)


def _renumbered(row: bytes, old: int, new: int) -> bytes:
    was, now = b"%d" % old, b"%d" % new
    return _ADDRESS.sub(lambda match: match[1] + (now if match[2] == was else match[2]), row)


def _after(tail: bytes) -> bytes:
    """What follows the last row, without rows that are empty."""
    at = tail.find(b"</sheetData>")
    if at < 0:
        raise _OddError
    return tail[at:]

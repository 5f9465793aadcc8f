"""From bytes to rows of text: CSV, the sheets of a workbook, and files inside a zip."""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

import olefile
import python_calamine

from gapwatch.errors import StudyError, ValidationError
from gapwatch.sources.declared.dialect import csv_rows
from gapwatch.sources.declared.extent import longest_of_ods, widest
from gapwatch.sources.declared.faults import Looked
from gapwatch.sources.declared.heading import Merged, merged_cells
from gapwatch.sources.declared.json_records import json_rows
from gapwatch.sources.declared.named import NamedSheetsZip, require_sheets
from gapwatch.sources.declared.reader import LONGEST_CELL
from gapwatch.sources.declared.sieve import sieved, spread
from gapwatch.sources.declared.weight import (
    HEAVY_BYTES,
    Weight,
    longest_text,
    read_apart,
    require_limits,
    require_lines,
    require_parts,
    require_ratios,
    require_texts,
    shared_texts,
)
from gapwatch.sources.declared.workbooks import look_into
from gapwatch.study.sources import FileSource

MOST_BYTES = 256 * 1024 * 1024
# A workbook that unfolds to more than this is no table of areas.
MOST_UNFOLDED = 1024 * 1024 * 1024
MOST_CELLS = 20_000_000
# What a spreadsheet can hold.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# What zipfile raises for a damaged or unreadable archive; RuntimeError for a locked member, and its
# kind for a way of compression that zipfile doesn't know.
ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True)
class Grid:
    """One sheet, or a whole CSV: where it is in a reader's words, its constants, its rows.

    `hidden_rows` are numbers as a spreadsheet counts them, `hidden_columns` positions from 0;
    `merged` are its merged cells, where its format tells them.
    """

    where: str
    constants: dict[str, str]
    rows: Iterator[list[str]]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    merged: tuple[Merged, ...] = ()


def refuse(where: str, expected: str, found: str, remedy: str = "") -> NoReturn:
    """Raise ValidationError: the file isn't what the study says of it."""
    raise ValidationError(
        where,
        expected=expected,
        found=found,
        remedy=remedy or "open the file, and correct the source's description in the study",
    )


class PlainError(ValidationError):
    """A refusal that tells no cell of the file, so that it may be told of a restricted one too."""


def refuse_plainly(where: str, expected: str, found: str, remedy: str = "") -> NoReturn:
    """Raise PlainError; neither `where` nor `found` may hold a cell's words."""
    raise PlainError(
        where,
        expected=expected,
        found=found,
        remedy=remedy or "open the file, and correct it or its description in the study",
    )


def grids(source: FileSource, where: str, content: bytes) -> Iterator[Grid]:
    """The sheets that a source names, or its CSV; every cell as text without spaces around it.

    Row 1 is the file's first row, so that rows count as in a spreadsheet. Raises ValidationError
    for bytes that aren't what the source says, StudyError for a sheet or member that isn't there.
    """
    if source.members is not None:
        for name in members_of(where, source.members, content):
            part = member_of(where, name, content)
            yield Grid(f"{where}, {name}", {}, _csv_rows(source, f"{where}, {name}", part))
        return
    if source.member is not None:
        content = member_of(where, source.member, content)
        where = f"{where}, {source.member}"
    if not content.strip():
        refuse(where, "a file with something in it", "an empty file")
    if source.format == "csv":
        yield Grid(where, {}, _csv_rows(source, where, content))
        return
    if source.format == "json":
        yield Grid(where, {}, json_rows(source, where, content, refuse))
        return
    content, numbers = _sieved(source, where, content)
    weight = _weighed(source, where, content)
    looked = _looked(source, where, content)
    if weight.is_heavy:
        yield from _apart(source, where, content, looked)
        return
    workbook = _workbook(where, content)
    names = require_sheets(where, source.sheets, workbook.sheet_names)
    for key, constants in source.sheets.items():
        name = names[key]
        rows = _sheet_rows(workbook, where, name)
        sheet = looked.get(name, Looked())
        sheet.put_into(rows)
        width = max((len(row) for row in rows), default=0)
        hidden = sheet.hidden_rows(len(rows))
        if name in numbers:
            hidden = frozenset(numbers[name][at - 1] for at in hidden)
        yield Grid(
            _sheet_place(where, name),
            dict(constants),
            spread(rows, numbers[name]) if name in numbers else iter(rows),
            hidden,
            sheet.hidden_columns(width),
            sheet.is_hidden,
            merged_cells(workbook.get_sheet_by_name(name)),
        )


def members_of(where: str, pattern: str, content: bytes) -> list[str]:
    """Names of the files inside a zip that match as a whole, in their order by name.

    Raises StudyError where none does, ValidationError where they unfold to more than 1 GiB.
    """
    require_parts(where, content, refuse)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            every = sorted(archive.infolist(), key=lambda item: item.filename)
    except ZIP_FAULTS as error:
        refuse(where, "a zip", f"a zip that can't be read ({error})")
    found = [item for item in every if re.fullmatch(pattern, item.filename)]
    if not found:
        names = ", ".join(item.filename for item in every[:10]) or "an empty zip"
        raise StudyError(
            where,
            expected=f"files inside the zip whose names match {pattern}",
            found=names,
            remedy="correct members in the study",
        )
    if sum(item.file_size for item in found) > MOST_UNFOLDED:
        refuse(where, f"at most {MOST_UNFOLDED} bytes once unfolded", "more")
    return [item.filename for item in found]


def member_of(where: str, member: str, content: bytes) -> bytes:
    """A file inside a zip, of at most MOST_BYTES."""
    require_parts(where, content, refuse)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if member in archive.namelist():
                with archive.open(member) as stream:
                    found = stream.read(MOST_BYTES + 1)
            else:
                names = ", ".join(sorted(archive.namelist())[:10]) or "an empty zip"
                raise StudyError(
                    where,
                    expected=f"{member} inside the zip",
                    found=names,
                    remedy="correct member in the study",
                )
    except ZIP_FAULTS as error:
        refuse(where, f"a zip with {member} in it", f"a zip that can't be read ({error})")
    if len(found) > MOST_BYTES:
        refuse(
            f"{where}, {member}", f"at most {MOST_BYTES} bytes", "more: the file unfolds too far"
        )
    return found


def _csv_rows(source: FileSource, where: str, content: bytes) -> Iterator[list[str]]:
    if content.startswith(b"PK\x03\x04"):
        refuse(where, "a CSV", "a zip or a workbook", "state member or format in the study")
    require_lines(where, content, refuse)
    for row in csv_rows(source, where, content, refuse):
        yield [_one_spaced(cell) for cell in row]


def _one_spaced(cell: str) -> str:
    return cell if cell.isalnum() else " ".join(cell.split())


def _sheet_place(where: str, name: str) -> str:
    return f"{where}, sheet {name!r}"


def _sieved(
    source: FileSource, where: str, content: bytes
) -> tuple[bytes, Mapping[str, Sequence[int]]]:
    """A large workbook without rows that the study leaves out, and the numbers of the others."""
    require_parts(where, content, refuse)
    if content.startswith(olefile.MAGIC) or not zipfile.is_zipfile(io.BytesIO(content)):
        return content, {}
    try:
        with NamedSheetsZip(content, source.sheets, where, refuse) as archive:
            _require_room(where, archive)
            found = sieved(source, archive)
    except ZIP_FAULTS as error:
        refuse(where, "a workbook", f"a file that can't be read ({error})")
    return (content, {}) if found is None else (found.content, found.rows)


def _require_room(where: str, archive: NamedSheetsZip) -> None:
    """Refuse a workbook of which what is read unfolds too far, or holds too long a text."""
    size = sum(item.file_size for item in archive.infolist())
    if size > MOST_UNFOLDED:
        named = "" if not archive.sheets else " of the sheets that the study names"
        refuse(where, f"at most {MOST_UNFOLDED} bytes{named} once unfolded", f"{size} bytes")
    require_ratios(where, archive, refuse)
    require_texts(where, longest_text(archive), refuse)


def _span(source: FileSource, where: str, content: bytes) -> Weight:
    """What reading may take; for what is no workbook the reader has its own words."""
    if content.startswith(olefile.MAGIC):
        # Rows and columns of an xls are 16 bits each, so that a small one may span four thousand
        # million cells, and nothing in it says how many: the limits of the process say it.
        require_limits(where, refuse)
        return Weight(HEAVY_BYTES)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return Weight()
    with NamedSheetsZip(content, source.sheets, where, refuse) as archive:
        size = sum(item.file_size for item in archive.infolist())
        cells = widest(archive)
        texts, longest = shared_texts(archive)
        require_texts(where, longest, refuse)
        if "content.xml" in archive.namelist():  # a repeated cell repeats its text
            texts, longest = cells, min(LONGEST_CELL, longest_of_ods(archive))
        return Weight(size, cells, texts, longest)


def _weighed(source: FileSource, where: str, content: bytes) -> Weight:
    try:
        weight = _span(source, where, content)
    except ZIP_FAULTS as error:
        refuse(where, "a workbook", f"a file that can't be read ({error})")
    if weight.cells > MOST_CELLS:
        refuse(
            where,
            f"sheets of at most {MOST_CELLS} cells",
            f"one that spans {weight.cells}",
            "delete the cells that lie far from the table",
        )
    return weight


def _apart(
    source: FileSource, where: str, content: bytes, looked: Mapping[str, Looked]
) -> Iterator[Grid]:
    """Sheets of a heavy workbook, each read by a process with limits to memory and time."""
    for key, constants in source.sheets.items():
        names, merged, rows = read_apart(_sheet_place(where, key), key, content, refuse)
        name = require_sheets(where, source.sheets, names)[key]
        place = _sheet_place(where, name)
        sheet = looked.get(name, Looked())
        told = sheet.passing([_text(cell) for cell in row] for row in rows)
        yield Grid(
            place,
            dict(constants),
            told,
            sheet.hidden_rows(MOST_ROWS),
            sheet.hidden_columns(MOST_COLUMNS),
            sheet.is_hidden,
            merged,
        )


def _workbook(where: str, content: bytes) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except BaseException as error:
        _give_up(error, where)


def _looked(source: FileSource, where: str, content: bytes) -> dict[str, Looked]:
    try:
        return look_into(content, source.sheets)
    except ZIP_FAULTS as error:
        refuse(where, "a workbook", f"a file that can't be read ({error})")


def _sheet_rows(
    workbook: python_calamine.CalamineWorkbook, where: str, name: str
) -> list[list[str]]:
    try:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except BaseException as error:
        _give_up(error, f"{where}, sheet {name!r}")
    return [[_text(cell) for cell in row] for row in rows]


def _give_up(error: BaseException, where: str) -> NoReturn:
    """The reader's own faults, its panics among them, which aren't Exceptions."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        raise ValidationError(
            where,
            expected="a workbook that can be read",
            found=str(error)[:200] or "none",
            remedy="open the file in a spreadsheet; state its format in the study",
        ) from error
    raise error


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        plain = format(Decimal(repr(cell)), "f")
        return plain.removesuffix(".0")
    return " ".join(str(cell).split())

"""Described files that were good: long and wide CSVs, one in a zip, workbooks of three kinds."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Callable
from random import Random
from xml.parsers import expat

from gapwatch.sources import files
from gapwatch.sources.declared.grid import ZIP_FAULTS
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import FileSource
from tests.unit.sources import books
from tests.unit.sources.fuzz.mutations import (
    Cells,
    reorder,
    spoil_bytes,
    spoil_members,
    spoil_rows,
    spoil_xml,
)
from tests.unit.sources.fuzz.running import Case, Kind
from tests.unit.sources.test_files import ROWS, described

SHEET, MEMBER = "Table 1", "in/deaths.csv"
LONG: Cells = [list(row) for row in ROWS]
HEADER = 2
_WIDE = ("Code", "Name", "Kind")
_QUANTITIES = ("Life expectancy at birth", "95% Lower", "95% Upper")
WIDE: Cells = [
    [
        *_WIDE,
        *(
            f"{when};{sex};{what}"
            for when in ("2009-13", "2010-14")
            for sex in ("Male", "Female")
            for what in _QUANTITIES
        ),
    ],
    *(
        [
            code,
            name,
            kind,
            *(round(80 + 2 * n + shift, 1) for n in range(4) for shift in (0, -2, 2)),
        ]
        for code, name, kind in (
            ("E05000630", "Abbey Road", "Ward"),
            ("E05000631", "Bayswater", "Ward"),
            ("E12000007", "London", "Region"),
        )
    ),
]


def wide_source() -> FileSource:
    """Life expectancy with a column a window, sex and quantity."""
    return described(
        table="life_expectancy",
        header=_WIDE,
        constants={"geography": "ward2011"},
        columns={"area_code": "Code", "area_name": "Name"},
        keep={"Kind": ["Ward"]},
        wide=r"(?P<period>\d{4}-\d{2});(?P<sex>Male|Female);(?P<measure>.+)",
        values={
            "measure": dict(
                zip(
                    _QUANTITIES,
                    ("life_expectancy_years", "lower95_years", "upper95_years"),
                    strict=True,
                )
            )
        },
        units=dict.fromkeys(("life_expectancy_years", "lower95_years", "upper95_years"), "years"),
    )


def _csv(chance: Random, rows: Cells) -> bytes:
    """However a CSV may be written, it says the same."""
    buffer = io.StringIO(newline="")
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    writer = csv.writer(buffer, quoting=quoting, lineterminator=chance.choice(("\n", "\r\n")))
    for row in rows:
        writer.writerow(
            [str(cell).removesuffix(".0") if isinstance(cell, float) else cell for cell in row]
        )
    return chance.choice((b"", b"\xef\xbb\xbf")) + buffer.getvalue().encode("utf-8", "replace")


def _rows(chance: Random, good: Cells, header: int) -> tuple[Cells, bool]:
    """Rows that say the same in another order, or rows that are spoilt."""
    if chance.random() < 0.3:
        return reorder(chance, good, header), True
    return spoil_rows(chance, good), False


def _text(good: Cells, header: int, chance: Random) -> tuple[bytes, bool]:
    if chance.random() < 0.25:
        return spoil_bytes(chance, _csv(chance, good)), False
    rows, harmless = _rows(chance, good, header)
    return _csv(chance, rows), harmless


def _sent(content: bytes, suffix: str, harmless: bool) -> Case:
    return Case((Payload("data", f"deaths.{suffix}", suffix, content),), harmless)


def _kind(source: FileSource, make: Callable[[Random], tuple[bytes, bool]]) -> Kind:
    def case(chance: Random) -> Case:
        content, harmless = make(chance)
        return _sent(content, source.format if source.member is None else "zip", harmless)

    return Kind(case, lambda sent: files.parse(source, sent))


def _zip(chance: Random) -> tuple[bytes, bool]:
    way = chance.random()
    inner, harmless = _text(LONG, HEADER, chance)
    if way < 0.6:
        how = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
        return books.zipped({MEMBER: inner, "read me.txt": b"about"}, how), harmless
    members = {MEMBER: _csv(chance, LONG), "read me.txt": b"about"}
    if way < 0.8:
        return spoil_members(chance, members), False
    return spoil_bytes(chance, books.zipped(members)), False


def _workbook(
    write: Callable[[str, Cells], bytes], parts: Callable[[str, Cells], dict[str, str]]
) -> Callable[[Random], tuple[bytes, bool]]:
    def make(chance: Random) -> tuple[bytes, bool]:
        way = chance.random()
        if way < 0.5:
            rows, harmless = _rows(chance, LONG, HEADER)
            return write(SHEET, _printable(rows)), harmless
        members = parts(SHEET, LONG)
        if way < 0.8:
            name = max(members, key=lambda each: len(members[each]))
            if chance.random() < 0.2:
                name = chance.choice(sorted(members))
            return books.zipped(members | {name: spoil_xml(chance, members[name])}), False
        if way < 0.9:
            return spoil_members(chance, {k: v.encode() for k, v in members.items()}), False
        return spoil_bytes(chance, books.zipped(members), 3), False

    return make


def _closed(chance: Random) -> tuple[bytes, bool]:
    """An ods whose tables all end: the reader waits for ever for the end of one that doesn't."""
    while True:
        content, harmless = _workbook(books.ods, books.ods_parts)(chance)
        if well_formed(content):
            return content, harmless


def well_formed(content: bytes) -> bool:
    """Whether the content of an ods, where it can be had, is XML that ends."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = archive.read("content.xml")
    except (*ZIP_FAULTS, KeyError):
        return True
    try:
        expat.ParserCreate().Parse(text, True)
    except expat.ExpatError:
        return False
    return True


def _printable(rows: Cells) -> Cells:
    """XML knows no control characters: those are for the mutations of its bytes."""
    return [[" ".join(c.split()) if isinstance(c, str) else c for c in row] for row in rows]


def _old_workbook(chance: Random) -> tuple[bytes, bool]:
    """Rows, records and single bytes, but not those that say how far the sheet spans.

    The reader sets room aside for all of it, and a shortage ends the process without an error.
    """
    way = chance.random()
    if way < 0.5:
        rows, harmless = _rows(chance, LONG, HEADER)
        return books.xls(SHEET, rows), harmless
    records = books.xls_records(SHEET, LONG)
    if way < 0.9:
        for _ in range(chance.randint(1, 3)):
            _spoil_record(chance, records)
        return books.contained(records), False
    content = bytearray(books.contained(records))
    span = content.index(struct.pack("<HH", books.SIZE, 14))
    places = [at for at in range(len(content)) if not span <= at < span + 18]
    content[chance.choice(places)] = chance.choice((0, 1, 2, 9, 0x7F, 0xFF))
    return bytes(content), False


def _spoil_record(chance: Random, records: list[books.Record]) -> None:
    at = chance.randrange(len(records))
    kind, data = records[at]
    way = chance.randrange(6)
    if way == 0 and len(records) > 1:
        del records[at]
    elif way == 1:
        records.insert(at, (kind, data))
    elif way == 2:
        other = chance.randrange(len(records))
        records[at], records[other] = records[other], records[at]
    elif way == 3 and kind in (books.NUMBER, books.LABEL):
        # The place of another cell of the table.
        records[at] = (
            kind,
            struct.pack("<HH", chance.randrange(8), chance.randrange(6)) + data[4:],
        )
    elif way == 4 and len(data) > 6 and kind != books.SIZE:
        changed = bytearray(data)
        changed[chance.randrange(4, len(data))] = chance.randrange(256)
        records[at] = (kind, bytes(changed))
    else:
        records[at] = (kind, data[: chance.randrange(len(data) + 1)])


KINDS = {
    "long csv": _kind(described(), lambda chance: _text(LONG, HEADER, chance)),
    "wide csv": _kind(wide_source(), lambda chance: _text(WIDE, 0, chance)),
    "csv in a zip": _kind(described(member=MEMBER), _zip),
    "xlsx": _kind(
        described(format="xlsx", sheets={SHEET: {}}), _workbook(books.xlsx, books.xlsx_parts)
    ),
    "ods": _kind(described(format="ods", sheets={SHEET: {}}), _closed),
    "xls": _kind(described(format="xls", sheets={SHEET: {}}), _old_workbook),
}

"""A writer of xlsx for the replica: sheets row by row, the same bytes for the same rows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

Row = Sequence[str | int]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# A zip counts its dates from here.
_DAY = (1980, 1, 1, 0, 0, 0)
_ROWS_AT_ONCE = 2000


def write(file: BinaryIO, sheets: Mapping[str, Iterable[Row]], *, level: int = 6) -> None:
    """Write a workbook of these sheets in their order; texts are stored once, as Excel does it.

    Rows are asked for one after another, and none is kept. A blank text is no cell.
    """
    texts: dict[str, int] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for number, rows in enumerate(sheets.values(), 1):
            with archive.open(_part(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                part.write(f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                kept: list[str] = []
                for at, row in enumerate(rows, 1):
                    kept.append(_row(at, row, texts))
                    if len(kept) == _ROWS_AT_ONCE:
                        part.write("".join(kept).encode())
                        kept = []
                part.write(f"{''.join(kept)}</sheetData></worksheet>".encode())
        for name, text in _others(list(sheets), texts).items():
            archive.writestr(_part(name), f"{_DECLARED}{text}")


def zipped(file: BinaryIO, member: str, content: bytes) -> None:
    """Write a zip of one member, the same bytes for the same content."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_part(member), content)


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _DAY)
    part.compress_type = zipfile.ZIP_DEFLATED
    part.create_system = 0  # the same on every system
    return part


def _row(number: int, row: Row, texts: dict[str, int]) -> str:
    cells = []
    for at, cell in enumerate(row):
        if isinstance(cell, str):
            if cell:
                place = texts.setdefault(cell, len(texts))
                cells.append(f'<c r="{_letters(at)}{number}" t="s"><v>{place}</v></c>')
        else:
            cells.append(f'<c r="{_letters(at)}{number}"><v>{cell}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>' if cells else ""


_LETTERS: list[str] = []


def _letters(at: int) -> str:
    while at >= len(_LETTERS):
        letters, rest = "", len(_LETTERS) + 1
        while rest:
            rest, last = divmod(rest - 1, 26)
            letters = chr(ord("A") + last) + letters
        _LETTERS.append(letters)
    return _LETTERS[at]


def _others(names: Sequence[str], texts: Mapping[str, int]) -> dict[str, str]:
    """Every part but the sheets: what they are called, where they are, their texts."""
    numbered = list(enumerate(names, 1))
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for at, _ in numbered
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at, _ in numbered
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{types}'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">{shared}</sst>',
    }

"""The smallest workbooks that hold a table of text and numbers, written by hand."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[str | float]]
Parts = dict[str, str]
Record = tuple[int, bytes]
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
# Records of an old workbook (BIFF8), and the marks of the container that it lies in.
BOF, EOF, SHEET, SIZE, NUMBER, LABEL = 0x809, 0x0A, 0x85, 0x200, 0x203, 0x204
_SECTOR, _LEAST = 512, 4096
_FREE, _END, _OF_TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xlsx(sheet: str, rows: Rows) -> bytes:
    return zipped(xlsx_parts(sheet, rows))


def ods(sheet: str, rows: Rows) -> bytes:
    return zipped(ods_parts(sheet, rows))


def xls(sheet: str, rows: Rows) -> bytes:
    return contained(xls_records(sheet, rows))


def xlsx_parts(sheet: str, rows: Rows) -> Parts:
    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="b" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>'
        "</worksheet>",
    }


def ods_parts(sheet: str, rows: Rows) -> Parts:
    def cell(value: str | float) -> str:
        kind = 'office:value-type="string"'
        if not isinstance(value, str):
            kind = f'office:value-type="float" office:value="{value}"'
        text = f"<text:p>{escape(str(value))}</text:p>"
        return f"<table:table-cell {kind}>{text}</table:table-cell>"

    lines = (f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{_OASIS}:office:1.0" '
        f'xmlns:table="{_OASIS}:table:1.0" xmlns:text="{_OASIS}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="{escape(sheet)}">{"".join(lines)}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"/>',
    }


def zipped(members: Mapping[str, str | bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def xls_records(sheet: str, rows: Rows) -> list[Record]:
    """Globals with one sheet, then the sheet: text and numbers, each with row and column."""
    name = sheet.encode("latin-1")
    start = struct.pack("<HHHH8x", 0x600, 5, 0, 0)
    found: list[Record] = [
        (BOF, start),
        (SHEET, struct.pack("<IBBBB", 0, 0, 0, len(name), 0) + name),
        (EOF, b""),
    ]
    offset = sum(4 + len(data) for _, data in found)
    found[1] = (SHEET, struct.pack("<I", offset) + found[1][1][4:])
    found.append((BOF, struct.pack("<HHHH8x", 0x600, 0x10, 0, 0)))
    width = max((len(row) for row in rows), default=0)
    found.append((SIZE, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(value, str):
                text = value.encode("utf-16-le", "replace")
                found.append((LABEL, place + struct.pack("<HB", len(text) // 2, 1) + text))
            else:
                found.append((NUMBER, place + struct.pack("<d", value)))
    return [*found, (EOF, b"")]


def contained(records: Sequence[Record]) -> bytes:
    """Records as the one stream of a compound file: its table of sectors, its folder, itself."""
    stream = b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)
    stream = stream.ljust(max(_LEAST, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    sectors = len(stream) // _SECTOR
    chain = [_OF_TABLE, _END, *range(3, sectors + 2), _END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    if len(table) > _SECTOR:
        raise ValueError("a workbook of at most 126 sectors|more")
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        _LEAST,
        _END,
        0,
        _END,
        0,
        0,
    ).ljust(_SECTOR, b"\xff")
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream))
    return head + table + folder.ljust(_SECTOR, b"\0") + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", text, len(text) + 2, kind, 1, _FREE, _FREE, child, start, size
    )

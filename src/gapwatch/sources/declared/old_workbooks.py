"""Errors, formulas without results and what is hidden in an xls; [MS-XLS] 2.3 and 2.4."""

from __future__ import annotations

import io
import struct

import olefile

from gapwatch.sources.declared.faults import NOT_COMPUTED, Looked

_HEAD = struct.Struct("<HH")
_BOOKS = ("Workbook", "Book")
_BOF, _SHEET, _ROW, _COLUMNS, _ERROR = 0x0809, 0x0085, 0x0208, 0x007D, 0x0205
_FORMULAS = (0x0006, 0x0206, 0x0406)
_BIFF8 = 0x0600
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Of a formula's eight bytes of result the last two say that the first is its kind.
_NO_NUMBER = b"\xff\xff"
_FAILED, _EMPTY = 2, 3
_HIDDEN_ROW, _HIDDEN_COLUMN, _STATE = 0x20, 0x01, 0x03


def look_into_xls(content: bytes) -> dict[str, Looked]:
    """What there is to know of each sheet by its name.

    A formula with an empty result may never have been computed: the format can't tell the two
    apart, so that both are faults. Raises ValueError or OSError for a container that can't be read.
    """
    with olefile.OleFileIO(io.BytesIO(content)) as container:
        names = [name for name in _BOOKS if container.exists(name)]
        if not names:
            raise ValueError("no workbook inside")
        # The newer of the two, as the reader takes it.
        stream = container.openstream(names[0]).read()
    found: dict[str, Looked] = {}
    starts: dict[int, Looked] = {}
    sheet = Looked()
    version, at = _BIFF8, 0
    while at + _HEAD.size <= len(stream):
        kind, size = _HEAD.unpack_from(stream, at)
        data = stream[at + _HEAD.size : at + _HEAD.size + size]
        if kind == _BOF:
            version = int.from_bytes(data[:2], "little") if at == 0 else version
            sheet = starts.get(at, Looked() if at else sheet)
        elif kind == _SHEET and size > 7:  # noqa: PLR2004
            offset, state = struct.unpack_from("<IB", data)
            looked = Looked(is_hidden=bool(state & _STATE))
            found[_name(data[6:], version)] = starts[offset] = looked
        else:
            _take(sheet, kind, data)
        at += _HEAD.size + size
    return found


def _name(data: bytes, version: int) -> str:
    length = data[0]
    if version < _BIFF8:
        return data[1 : 1 + length].decode("cp1252", "replace")
    if data[1] & 1:
        return data[2 : 2 + 2 * length].decode("utf-16-le", "replace")
    return data[2 : 2 + length].decode("latin-1")


def _take(sheet: Looked, kind: int, data: bytes) -> None:
    if kind == _ROW and len(data) >= 14:  # noqa: PLR2004
        row, flags = struct.unpack_from("<H10xH", data)
        if flags & _HIDDEN_ROW:
            sheet.rows.append((row, row))
    elif kind == _COLUMNS and len(data) >= 10:  # noqa: PLR2004
        first, last, width, _, flags = struct.unpack_from("<HHHHH", data)
        if flags & _HIDDEN_COLUMN or not width:
            sheet.columns.append((first, last))
    elif (kind == _ERROR or kind in _FORMULAS) and len(data) >= 8:  # noqa: PLR2004
        row, column = _HEAD.unpack_from(data)
        word = ""
        if kind == _ERROR:
            word = _ERRORS.get(data[6], "#ERROR!") if data[7] else ""
        elif data[12:14] == _NO_NUMBER and data[6] == _FAILED:
            word = _ERRORS.get(data[8], "#ERROR!")
        elif data[12:14] == _NO_NUMBER and data[6] == _EMPTY:
            word = NOT_COMPUTED
        if word:
            sheet.cells.append(((row, row), (column, column), word))

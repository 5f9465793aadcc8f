"""What a workbook's reader doesn't tell: errors, formulas without results, and what is hidden.

The reader gives a blank for a cell whose formula failed or was never computed, and rows that a
filter hides like all others. Only parts that hold a trace of these are looked at; they are read in
pieces, and define no entities.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable

import olefile

from gapwatch.sources.declared.faults import NOT_COMPUTED, Looked, is_error
from gapwatch.sources.declared.named import named
from gapwatch.sources.declared.old_workbooks import look_into_xls
from gapwatch.sources.declared.xml_parts import Attributes, local, parse, pieces

_OVERLAP = 64
_MOST_WORDS = 100
_TRUE = ("1", "true")
_SUSPECT = re.compile(
    rb"""[<:]f[\s/>]|\bt\s*=\s*["']e["']|\bhidden\b|\b(?:ht|width)\s*=\s*["']0(?:\.0*)?["']"""
)
_SUSPECT_ODS = re.compile(rb"formula|visibility|display|error|#[A-Z]|Err:")


def look_into(content: bytes, sheets: Iterable[str] | None = None) -> dict[str, Looked]:
    """What there is to know of each sheet by its name; nothing of what is no workbook.

    `sheets` are the keys (gapwatch.sources.declared.named) of those that are read: of others no
    part is unfolded. Without it all are looked at.

    Raises ValueError, OSError or a fault of zipfile for a workbook that can't be read.
    """
    if content.startswith(olefile.MAGIC):
        return look_into_xls(content)
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            raise ValueError("a binary workbook; save it as xlsx")
        if "content.xml" in names:
            suspect = _is_suspect(archive, "content.xml", _SUSPECT_ODS)
            return _Ods().read(archive) if suspect else {}
        return _look_into_xlsx(archive, sheets) if "xl/workbook.xml" in names else {}


def _look_into_xlsx(archive: zipfile.ZipFile, sheets: Iterable[str] | None) -> dict[str, Looked]:
    book = _Book()
    parse(pieces(archive, "xl/workbook.xml"), start=book.start)
    links = _WorkbookLinks()
    held = set(archive.namelist())
    if "xl/_rels/workbook.xml.rels" in held:
        parse(pieces(archive, "xl/_rels/workbook.xml.rels"), start=links.start)
    found: dict[str, Looked] = {}
    every = [name for name, _, _ in book.sheets]
    wanted = every if sheets is None else {named(key, every) for key in sheets}
    for name, link, hidden in book.sheets:
        if name not in wanted:
            continue
        target = links.targets.get(link, "")
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        looked = Looked(is_hidden=hidden)
        if part in held and _is_suspect(archive, part, _SUSPECT):
            sheet = _Sheet(looked, stale=book.stale)
            parse(pieces(archive, part), sheet.start, sheet.end, sheet.words)
        found[name] = looked
    return found


class _Book:
    """Sheets in order: name, link to their part, whether they are hidden."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.stale = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            link = next((v for k, v in attributes.items() if local(k) == "id"), "")
            state = attributes.get("state", "visible")
            self.sheets.append((attributes.get("name", ""), link, state != "visible"))
        elif name == "calcPr":
            # Asked to compute on opening: written by a program that didn't compute.
            self.stale = attributes.get("fullCalcOnLoad") in _TRUE


class _WorkbookLinks:
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Sheet:
    """One sheet of an xlsx. `stale`: a zero beside a formula is what was never computed."""

    def __init__(self, looked: Looked, *, stale: bool) -> None:
        self._looked = looked
        self._stale = stale
        self._row = self._column = -1
        self._kind = ""
        self._is_formula = self._in_value = False
        self._value: str | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._cell(attributes)
        elif name == "v":
            self._in_value, self._value = True, ""
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._row = _whole(attributes.get("r"), self._row + 2) - 1
            self._column = -1
            if attributes.get("hidden") in _TRUE or _is_zero(attributes.get("ht")):
                self._looked.rows.append((self._row, self._row))
        elif name == "col" and (
            attributes.get("hidden") in _TRUE or _is_zero(attributes.get("width"))
        ):
            first = _whole(attributes.get("min"), 1)
            self._looked.columns.append((first - 1, _whole(attributes.get("max"), first) - 1))

    def _cell(self, attributes: Attributes) -> None:
        self._column += 1
        address = re.fullmatch("([A-Z]{1,3})([0-9]{1,9})", attributes.get("r", ""))
        if address:
            self._row = int(address[2]) - 1
            self._column = -1
            for letter in address[1]:
                self._column = (self._column + 1) * 26 + ord(letter) - 65
        self._kind = attributes.get("t", "n")
        self._is_formula, self._value = False, None

    def words(self, text: str) -> None:
        if self._in_value and self._value is not None and len(self._value) < _MOST_WORDS:
            self._value += text

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
        elif name == "c" and (word := self._fault()):
            place = (self._row, self._row), (self._column, self._column)
            self._looked.cells.append((*place, word))

    def _fault(self) -> str:
        value = (self._value or "").strip()
        if self._kind == "e":
            return value if is_error(value) else "#ERROR!"
        # A formula that gives an empty text has one stored.
        lacking = self._value is None or (not value and self._kind != "str")
        if self._is_formula and (lacking or (self._stale and _is_zero(value))):
            return NOT_COMPUTED
        return ""


class _Ods:
    """All sheets of an ods, whose rows and cells may stand for many."""

    def __init__(self) -> None:
        self._found: dict[str, Looked] = {}
        self._sheet = Looked()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = self._row = self._column = self._columns = 0
        self._rows_here = self._cells_here = 1
        self._cell: Attributes | None = None
        self._text = ""
        self._collapsed = 0

    def read(self, archive: zipfile.ZipFile) -> dict[str, Looked]:
        parse(pieces(archive, "content.xml"), self._start, self._end, self._words)
        return self._found

    def _start(self, name: str, attributes: Attributes) -> None:
        told = {local(key): value for key, value in attributes.items()}
        if name == "style":
            self._style = told.get("name", "")
        elif name == "table-properties" and told.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._depth += 1
            if self._depth == 1:
                hidden = told.get("style-name") in self._hidden_styles
                self._sheet = Looked(is_hidden=hidden)
                self._found[told.get("name", "")] = self._sheet
                self._row = self._columns = self._collapsed = 0
        elif self._depth == 1:
            self._inside(name, told, attributes)

    def _inside(self, name: str, told: Attributes, attributes: Attributes) -> None:
        is_hidden = told.get("visibility", "visible") != "visible" or self._collapsed > 0
        if name in ("table-row-group", "table-column-group"):
            self._collapsed += bool(self._collapsed) or told.get("display") == "false"
        elif name == "table-column":
            more = _whole(told.get("number-columns-repeated"), 1)
            if is_hidden:
                self._sheet.columns.append((self._columns, self._columns + more - 1))
            self._columns += more
        elif name == "table-row":
            self._rows_here = _whole(told.get("number-rows-repeated"), 1)
            self._column = 0
            if is_hidden:
                self._sheet.rows.append((self._row, self._row + self._rows_here - 1))
        elif name in ("table-cell", "covered-table-cell"):
            self._cells_here = _whole(told.get("number-columns-repeated"), 1)
            self._cell, self._text = attributes, ""

    def _words(self, text: str) -> None:
        if self._cell is not None and len(self._text) < _MOST_WORDS:
            self._text += text

    def _end(self, name: str) -> None:
        if name == "table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif name in ("table-row-group", "table-column-group"):
            self._collapsed = max(0, self._collapsed - 1)
        elif name == "table-row":
            self._row += self._rows_here
        elif name in ("table-cell", "covered-table-cell"):
            word = self._fault()
            if word:
                rows = (self._row, self._row + self._rows_here - 1)
                columns = (self._column, self._column + self._cells_here - 1)
                self._sheet.cells.append((rows, columns, word))
            self._column += self._cells_here
            self._cell = None

    def _fault(self) -> str:
        kinds = {v for k, v in (self._cell or {}).items() if local(k) == "value-type"}
        is_formula = any(local(key) == "formula" for key in self._cell or {})
        word = self._text.strip()
        if "error" in kinds or (is_formula and is_error(word)):
            return word if is_error(word) else "#ERROR!"
        return NOT_COMPUTED if is_formula and not kinds else ""


def _is_suspect(archive: zipfile.ZipFile, name: str, pattern: re.Pattern[bytes]) -> bool:
    tail = b""
    for piece in pieces(archive, name):
        # Text of two bytes a letter isn't searched as it is.
        if pattern.search(tail + piece) or (not tail and piece[:2] in (b"\xff\xfe", b"\xfe\xff")):
            return True
        tail = piece[-_OVERLAP:]
    return False


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else otherwise


def _is_zero(text: str | None) -> bool:
    return bool(text) and re.fullmatch(r"-?0+(?:\.0*)?", text or "") is not None

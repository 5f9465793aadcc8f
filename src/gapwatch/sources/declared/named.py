"""Which sheets of a workbook a study names, and the parts of the file that these alone need.

A sheet is named by its name, or by its place among all sheets, hidden ones included: `#6` is the
sixth from the left. The others may be as large as they like: nothing of them is unfolded.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from gapwatch.errors import StudyError
from gapwatch.sources.declared.weight import Refuse, require_ratios
from gapwatch.sources.declared.xml_parts import Attributes, local, parse, pieces

PLACE = re.compile("#([1-9][0-9]{0,3})")
_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEETS = "xl/worksheets/"
_MOST_LIST_BYTES = 16 << 20


class NamedSheetsZip(zipfile.ZipFile):
    """A workbook's zip without the parts of sheets that nobody named.

    `sheets` has the part of every sheet of an xlsx by its name, in the workbook's order; it is
    empty for anything else, all of which counts.
    """

    def __init__(self, content: bytes, sheets: Iterable[str], where: str, refuse: Refuse) -> None:
        super().__init__(io.BytesIO(content))
        self._left_out: frozenset[str] = frozenset()
        self.sheets: dict[str, str] = {}
        every = super().infolist()
        lists = [item for item in every if item.filename in (_BOOK, _LINKS)]
        for item in lists:
            if item.file_size > _MOST_LIST_BYTES:
                refuse(
                    f"{where}, {item.filename}",
                    f"at most {_MOST_LIST_BYTES} bytes",
                    f"{item.file_size}",
                )
        require_ratios(where, lists, refuse)
        if len({item.filename for item in lists}) == len((_BOOK, _LINKS)) == len(lists):
            self.sheets = _sheets(self)
            names = list(self.sheets)
            wanted = {self.sheets[name] for key in sheets if (name := named(key, names))}
            parts = {part for part in self.sheets.values() if part.startswith(_SHEETS)}
            self._left_out = frozenset(parts - wanted)

    def infolist(self) -> list[zipfile.ZipInfo]:
        """Every part but those of sheets that aren't named."""
        return [item for item in super().infolist() if item.filename not in self._left_out]

    def namelist(self) -> list[str]:
        """Names of these parts."""
        return [item.filename for item in self.infolist()]


def named(key: str, names: Sequence[str]) -> str:
    """The name of the sheet that a key of `sheets` stands for; empty where there is none."""
    match = PLACE.fullmatch(key)
    if match is None:
        return key if key in names else ""
    return names[int(match[1]) - 1] if int(match[1]) <= len(names) else ""


def require_sheets(where: str, keys: Iterable[str], names: Sequence[str]) -> Mapping[str, str]:
    """The name of each sheet by its key.

    Raises StudyError for one that the workbook lacks, for one that two keys stand for, and for a
    sheet that is called by the place of another.
    """
    found: dict[str, str] = {}
    held = ", ".join(f"{at} {name!r}" for at, name in enumerate(names, 1))[:300] or "none"
    for key in keys:
        name = named(key, names)
        match = PLACE.fullmatch(key)
        if not name:
            expected = f"a sheet in place {match[1]}" if match else f"a sheet {key!r}"
            _correct(where, expected, held)
        if match and key in names and name != key:
            _correct(
                where,
                f"{key} to be a place alone",
                f"a sheet that is called so; the one in that place is {name!r}",
            )
        if name in found.values():
            _correct(where, "each sheet named once", f"{name!r} by two of {', '.join(keys)}")
        found[key] = name
    return found


def _correct(where: str, expected: str, found: str) -> None:
    raise StudyError(where, expected=expected, found=found, remedy="correct sheets in the study")


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Parts of the sheets of an xlsx by their names, in order."""
    links: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def link(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            links[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            ref = next((v for k, v in attributes.items() if local(k) == "id"), "")
            target = posixpath.normpath(posixpath.join("/xl", links.get(ref, "")))
            sheets[attributes.get("name", "")] = target.lstrip("/")

    parse(pieces(archive, _LINKS), link)
    parse(pieces(archive, _BOOK), sheet)
    return sheets

"""Every way to fail that the replica knows, and which of them is due for a request."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gapwatch.errors import UsageError

PUBLISHERS = ("fingertips", "gov", "nomis", "ons", "portal")
# Faults of the line or of the whole answer: any publisher, any path.
OF_ANSWERS = {
    "400-text": "status 400 with plain text",
    "500-trace": "status 500 with the text of an exception",
    "503": "status 503",
    "429": "status 429 without a word on when to come back",
    "429-wait": "status 429, come back in a second",
    "429-long": "status 429, come back in more than an hour",
    "silent": "the connection is taken and nothing is said",
    "stall": "half of the body, then nothing",
    "dropped": "the connection ends before an answer",
    "cut": "the connection ends inside a chunked body",
    "reset": "the connection is reset inside a chunked body",
    "length-long": "Content-Length promises more than comes",
    "length-short": "Content-Length promises less than there is",
    "html": "a web page under status 200",
    "header-only": "the first line and no more, under status 200",
    "empty": "nothing under status 200",
    "error-under-200": "a JSON error under status 200",
    "gzip-bomb": "a small body that unpacks to a very large one",
}
# Faults of what is said: they show where the publisher can make them.
OF_CONTENT = {
    "page-missing": "a page after the first holds nothing (Nomis, the portal)",
    "column-renamed": "the column that matters most has another name",
    "column-moved": "the column that matters most stands elsewhere",
    "column-new": "a column that was never there",
    "row-repeated": "the last row comes twice",
    "ranges-mixed": "rows of one and of three years among those of five (Fingertips)",
    "withdrawn": "the profile is gone: nothing is available, no rows (Fingertips)",
    "corrected-silently": "one value differs, and nothing says so",
    "vintage": "area codes of another vintage",
    "indicator-renamed": "the indicator has another name (Fingertips)",
    "unit-changed": "the indicator has another unit (Fingertips)",
    "outside-interval": "a value above its upper limit (Fingertips)",
    "vanished": "the service is gone (the portal), or the page (ONS, gov.uk)",
}
# Faults of figures by area alone, where a study asks for them.
OF_FIGURES = {
    "above-100": "a percentage above 100 (Fingertips)",
    "denominator-zero": "a value without anybody that it is a share of (Fingertips)",
    "cell-missing": "a cell holds nothing, and its status says so (Nomis)",
    "cell-renamed": "the cells of a dimension have other words (Nomis)",
    "dimension-new": "the dataset has one dimension more (Nomis)",
}
FAULTS: dict[str, str] = OF_ANSWERS | OF_CONTENT | OF_FIGURES
_CODE = re.compile("E0[0-9]{7}")


@dataclass
class _Due:
    name: str
    on: str
    left: int  # -1: for ever

    def here(self, publisher: str, target: str) -> bool:
        return self.on == publisher if self.on in PUBLISHERS else self.on in target


class Faults:
    """The faults that are switched on; safe to ask from several threads."""

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._lock = threading.Lock()

    def add(self, name: str, on: str, times: int) -> None:
        """Switch a fault on; UsageError for one that is not known, or for less than no times."""
        if name not in FAULTS or times < 0:
            raise UsageError(
                "replica, fault",
                expected=f"a fault ({', '.join(FAULTS)}), 0 or more times",
                found=f"{name}, {times} times",
                remedy="name one of these",
            )
        with self._lock:
            self._due.append(_Due(name, on, times or -1))

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._due.clear()

    def take(self, names: Mapping[str, str], publisher: str, target: str) -> str:
        """The first of these faults that is due here, counted down; empty when none is."""
        with self._lock:
            for due in self._due:
                if due.name in names and due.left and due.here(publisher, target):
                    due.left -= due.left > 0
                    return due.name
        return ""

    def is_on(self, name: str, publisher: str, target: str) -> bool:
        """Whether a fault is due here, without counting it down."""
        with self._lock:
            return any(
                due.name == name and due.left != 0 and due.here(publisher, target)
                for due in self._due
            )


@dataclass(frozen=True)
class Request:
    """One request as a speaker sees it; `path` is below the publisher's own base."""

    publisher: str
    path: str
    params: dict[str, str]
    target: str
    faults: Faults = field(repr=False, compare=False)

    def fault(self, name: str) -> bool:
        """Whether a fault of content is to show now; asking uses up one of its times."""
        return bool(self.faults.take({name: ""}, self.publisher, self.target))


@dataclass(frozen=True)
class Reply:
    """What a speaker says."""

    body: bytes
    kind: str = "text/csv"
    status: int = 200


@dataclass
class PublishedGrid:
    """Names of columns and rows of cells, before they are written as CSV or JSON."""

    names: list[str]
    rows: list[list[Any]]

    def spoil(self, request: Request, vital: str) -> None:
        """Show the faults of tables that are due; `vital` is the column that matters most."""
        if request.fault("column-moved") and vital in self.names:
            self._move(self.names.index(vital))
        if request.fault("column-new"):
            self.names.insert(1, "REMARK")
            for row in self.rows:
                row.insert(1, "new")
        if request.fault("column-renamed"):
            self.names = [f"{name}_2" if name == vital else name for name in self.names]
        if self.rows and request.fault("row-repeated"):
            self.rows.append(list(self.rows[-1]))

    def set_vintage(self, columns: list[str]) -> None:
        """Give the codes in these columns numbers that no area has."""
        for at in [self.names.index(name) for name in columns if name in self.names]:
            for row in self.rows:
                row[at] = other_vintage(str(row[at]))

    def _move(self, at: int) -> None:
        to = 0 if at else len(self.names) - 1
        for cells in (self.names, *self.rows):
            cells.insert(to, cells.pop(at))


def other_vintage(code: str) -> str:
    """The code of an area that isn't in the world; a country's code stays."""
    if not _CODE.fullmatch(code):
        return code
    return f"{code[:3]}{(int(code[3:]) + 500_000) % 1_000_000:06d}"

"""What a workbook may cost to read: limits that are looked at before, and a process that has them.

A workbook is a zip of XML in which a few bytes may stand for many: a part that unfolds a thousand
times, one long text that a million cells name, a row that is repeated. What is beyond a limit is
refused by name. What may be heavy and needn't be wrong is read by a process of its own
(gapwatch.sources.declared.reader), which the system ends when it takes too much.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from gapwatch.sources.declared.heading import Merged

Refuse = Callable[[str, str, str], NoReturn]
Cells = list[str | int | float | bool]

MOST_PARTS = 10_000
MOST_RATIO = 200
"""A table of numbers unfolds 5 to 30 times; deflate can reach 1,032."""
_SMALL_PART = 1_000_000
MOST_ODS_CONTENT = 256 * 1024 * 1024
MOST_LINE_BYTES = 1 << 20
MOST_TEXT = 1_000_000
"""A cell holds 32,767 characters at most; marks of rich text may take ten times their room."""
HEAVY_BYTES = 400_000_000
MOST_MEMORY_BYTES = 3_000_000_000
MOST_SECONDS = 300
_MOST_LINE = 64_000_000
# Bytes that one cell takes on its way from the reader to a row of text.
_A_CELL = 150
_CENTRAL = b"PK\x01\x02"
_READER = Path(__file__).with_name("reader.py")


def require_limits(where: str, refuse: Refuse) -> None:
    """Refuse what only the system's limits can hold, where the system has none (Windows)."""
    if importlib.util.find_spec("resource") is None:
        refuse(where, "an xlsx or an ods, which can be weighed before it is read", "an xls")


def require_parts(where: str, content: bytes, refuse: Refuse) -> None:
    """Refuse a zip whose list of parts alone would fill the memory."""
    parts = content.count(_CENTRAL)
    if parts > MOST_PARTS:
        refuse(where, f"a zip of at most {MOST_PARTS:,} parts", f"{parts:,}")


def require_texts(where: str, longest: int, refuse: Refuse) -> None:
    """Refuse a workbook with a text that no cell could hold, even with all its marks."""
    if longest > MOST_TEXT:
        refuse(where, f"cells of at most {MOST_TEXT:,} bytes", f"one of {longest:,} bytes")


def require_ratios(
    where: str, archive: zipfile.ZipFile | Sequence[zipfile.ZipInfo], refuse: Refuse
) -> None:
    """Refuse a workbook with a part that unfolds beyond what a table does."""
    for item in archive.infolist() if isinstance(archive, zipfile.ZipFile) else archive:
        if item.filename == "content.xml" and item.file_size > MOST_ODS_CONTENT:
            refuse(
                where,
                f"content of at most {MOST_ODS_CONTENT} bytes once unfolded",
                f"{item.file_size} bytes",
            )
        if item.file_size > max(_SMALL_PART, MOST_RATIO * item.compress_size):
            refuse(
                f"{where}, {item.filename}",
                f"a part that unfolds at most {MOST_RATIO} times",
                f"one of {item.file_size:,} bytes from {item.compress_size:,}",
            )


def require_lines(where: str, content: bytes, refuse: Refuse) -> None:
    """Refuse a CSV with a line so long that its row would fill the memory."""
    at = 0
    while at + MOST_LINE_BYTES < len(content):
        edge = at + MOST_LINE_BYTES
        end = max(content.rfind(b"\n", at, edge), content.rfind(b"\r", at, edge))
        if end < 0:
            refuse(where, f"lines of at most {MOST_LINE_BYTES:,} bytes", "a longer one")
        at = end + 1


class Lines:
    """The lines of a CSV with quotes, in which a row may go on over any number of lines.

    `since` is how many characters were given since the last row ended; whoever reads rows sets it.
    """

    def __init__(self, text: Iterator[str], where: str, refuse: Refuse) -> None:
        self._text, self._where, self._refuse = text, where, refuse
        self.since = 0

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.since += len(line)
        if self.since > MOST_LINE_BYTES:
            self._refuse(
                self._where,
                f"rows of at most {MOST_LINE_BYTES:,} characters",
                "a longer one: a quotation mark may be without its other",
            )
        return line


@dataclass
class Weight:
    """What a workbook holds, as far as its bytes tell: the room that its reading may take.

    `texts` is how many cells name a text that is stored once, `longest` the longest such text.
    """

    unfolded: int = 0
    cells: int = 0
    texts: int = 0
    longest: int = 0

    @property
    def bytes(self) -> int:
        """Bytes of memory, rather too many than too few."""
        return 2 * self.unfolded + _A_CELL * self.cells + self.texts * self.longest

    @property
    def is_heavy(self) -> bool:
        """Whether it is to be read by a process of its own."""
        return self.bytes > HEAVY_BYTES


def longest_text(archive: zipfile.ZipFile) -> int:
    """Bytes of the longest shared text of an xlsx; 0 where it has none."""
    for name in archive.namelist():
        if name.lower() == "xl/sharedstrings.xml":
            with archive.open(name) as stream:
                return _longest(stream)
    return 0


def shared_texts(archive: zipfile.ZipFile) -> tuple[int, int]:
    """Cells of an xlsx that name a shared text, and the bytes of the longest shared text."""
    texts = longest = 0
    for name in archive.namelist():
        if not (name.startswith("xl/") and name.endswith(".xml")):
            continue
        with archive.open(name) as stream:
            if name.lower() == "xl/sharedstrings.xml":
                longest = max(longest, _longest(stream))
            elif name.startswith("xl/worksheets/"):
                tail = b""
                while piece := stream.read(1 << 20):
                    texts += (tail + piece).count(b't="s"') + (tail + piece).count(b"t='s'")
                    tail = piece[-4:]
    return texts, longest


def _longest(stream: object) -> int:
    """The longest way from the end of one shared text to the end of the next, marks included."""
    longest = since = 0
    while piece := stream.read(1 << 20):  # type: ignore[attr-defined]
        first, *others = piece.split(b"</")
        since += len(first)
        for part in others:
            # Each text ends with </si>, whatever prefix the mark has.
            if part[:20].partition(b">")[0].rpartition(b":")[2].strip() == b"si":
                longest, since = max(longest, since), 0
            since += len(part) + 2
    return max(longest, since)


def read_apart(
    where: str, name: str, content: bytes, refuse: Refuse
) -> tuple[list[str], tuple[Merged, ...], Iterator[Cells]]:
    """Names of the sheets, and of one its merged cells and its rows.

    A process with limits of its own reads them.
    """
    lines = _lines(where, name, content, refuse)
    told = next(lines)
    if not isinstance(told, list):
        refuse(where, within_limits(), str(told)[:200])
    names, ranges = told
    merged = tuple(((top, left), (below, right)) for (top, left), (below, right) in ranges)
    return [str(each) for each in names], merged, _rows(where, lines, refuse)


def within_limits() -> str:
    """What a workbook must be, in words."""
    return (
        f"a workbook that can be read with {MOST_MEMORY_BYTES / 1e9:g} GB of memory in "
        f"{MOST_SECONDS} seconds"
    )


def _rows(where: str, lines: Iterator[object], refuse: Refuse) -> Iterator[Cells]:
    for row in lines:
        if isinstance(row, list):
            yield row
        elif isinstance(row, dict) and "end" in row:
            return
        else:
            fault = row.get("fault", "") if isinstance(row, dict) else row
            refuse(where, within_limits(), str(fault)[:200])
    return


def _lines(where: str, name: str, content: bytes, refuse: Refuse) -> Iterator[object]:
    with tempfile.TemporaryFile() as given:  # it has no name, so nobody else can open it
        given.write(content)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", str(_READER), name, str(MOST_MEMORY_BYTES), str(MOST_SECONDS)],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        ended = False
        try:
            while process.stdout and (line := process.stdout.readline(_MOST_LINE)):
                value = json.loads(line) if line.endswith(b"\n") else {"fault": "a row too long"}
                ended = isinstance(value, dict)
                yield value
            if process.wait() and not ended:
                refuse(where, within_limits(), "one that takes more")
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()

"""How two makings of one release differ, to the cell, and which declared inputs explain it."""

from __future__ import annotations

import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from gapwatch.audit.compare.data import Where, cells, leaves, values
from gapwatch.audit.compare.pdf import sheets
from gapwatch.audit.compare.text import Change, alike, lines, page

log = logging.getLogger(__name__)

# Differences told of one file, and the length to which a text is cut.
MOST = 50
LONGEST = 200
# What is larger is compared byte by byte alone; a report has about a megabyte.
_LARGEST_BYTES = 10_000_000
_CHUNK_BYTES = 65_536
_BEFORE = 60

# What a manifest declares, and whether every key below is a thing of its own.
_DECLARED: tuple[tuple[Where, bool, str], ...] = (
    (("snapshot", "id"), False, "The snapshot"),
    (("snapshot", "inputs"), True, "The snapshot's source {}"),
    (("study", "id"), False, "The study"),
    (("study", "sha256"), False, "The study file"),
    (("suites",), True, "The suite {}"),
    (("code", "package_version"), False, "The version of the package"),
    (("code", "sha256"), False, "The code"),
    (("code", "commit"), False, "The commit of the code"),
    (("code", "clean"), False, "Whether the code is as committed"),
    (("lock",), False, "The lock file"),
    (("simulation",), True, "The simulation's setting {}"),
    (("previous",), False, "The previous release"),
    (("people",), False, "The people file"),
)
_HASH = re.compile("[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Difference:
    """One difference: the file, the place in it ("" for all of it), the released and the made.

    Texts are cut around what differs, and their control characters are written as escapes.
    """

    file: str
    place: str
    expected: str
    found: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.expected or '(blank)'} -> {self.found or '(blank)'}"


@dataclass(frozen=True)
class _Kind:
    """How files of a suffix are read, and what is said when reading finds no difference."""

    changes: Callable[[str, bytes, bytes], Iterator[Change]]
    same: str = "not in any text"


_TEXT = _Kind(lines)
_KINDS = {
    ".csv": _Kind(cells, "every cell is the same, only quoting or line ends differ"),
    ".json": _Kind(values, "every value is the same, only how they are written differs"),
    ".html": _Kind(page),
    ".pdf": _Kind(sheets, "the same text, drawings and metadata"),
}


def compare(released: Path, made: Path) -> list[Difference]:
    """Every difference between two folders, by file and then by place; none for the same bytes.

    At most MOST are told of one file, then how many more there are. A file that can't be read as
    what its name says is compared line by line, else byte by byte; no content raises an error.
    """
    names = sorted({*_names(released), *_names(made)})
    return [found for name in names for found in _compare_file(name, released / name, made / name)]


def _names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _compare_file(name: str, released: Path, made: Path) -> list[Difference]:
    try:
        if not (released.is_file() and made.is_file()):
            return [_difference(name, ("", _what(released), _what(made)))]
        offset = _first_unequal_byte(released, made)
        if offset is None:
            return []
        changes, more, same = _changes(name, released, made)
        if not changes:
            changes = [(f"byte {offset}{same}", _at(released, offset), _at(made, offset))]
    except OSError as error:
        changes, more = [("", "two files that can be read", error.strerror or str(error))], 0
    if more:
        changes.append(("the rest", f"{MOST} differences told", f"{more} more"))
    return [_difference(name, change) for change in changes]


def _what(path: Path) -> str:
    if path.is_file():
        return "a file"
    return "something that is no file" if os.path.lexists(path) else "no such file"


def _changes(name: str, released: Path, made: Path) -> tuple[list[Change], int, str]:
    """The first changes, how many more there are, and what to say if there are none."""
    if max(released.stat().st_size, made.stat().st_size) > _LARGEST_BYTES:
        return [], 0, ""
    old, new = released.read_bytes(), made.read_bytes()
    kind = _KINDS.get(Path(name).suffix.lower(), _TEXT)
    for reading in (kind, _TEXT):
        try:
            changes = reading.changes(name, old, new)
            return list(islice(changes, MOST)), sum(1 for _ in changes), f" ({reading.same})"
        except Exception as error:  # A broken or hostile file may fail its reader in any way.
            log.info(
                "%s can't be read by %s: %s",
                _visible(name),
                reading.changes.__name__,
                type(error).__name__,
            )
    return [], 0, ""


def _first_unequal_byte(released: Path, made: Path) -> int | None:
    offset = 0
    with released.open("rb") as old, made.open("rb") as new:
        while True:
            a, b = old.read(_CHUNK_BYTES), new.read(_CHUNK_BYTES)
            if a != b:
                return offset + alike(a, b)
            if not a:
                return None
            offset += len(a)


def _at(path: Path, offset: int) -> str:
    with path.open("rb") as file:
        file.seek(offset)
        return f"{path.stat().st_size} bytes, there {file.read(20)!r}"


def _difference(name: str, change: Change) -> Difference:
    place, expected, found = change
    old, new = _around(expected, found)
    shown = _visible(old), _visible(new)
    # Two texts that only look the same are told apart by their code points.
    if expected != found and _looks(shown[0]) == _looks(shown[1]):
        shown = ascii(old), ascii(new)
    return Difference(_visible(name), _visible(place)[:LONGEST], *_around(*shown))


def _around(old: str, new: str) -> tuple[str, str]:
    """Both texts, cut to LONGEST around the first place at which they differ."""
    if max(len(old), len(new)) <= LONGEST:
        return old, new
    start = max(0, alike(old, new) - _BEFORE)
    end = start + LONGEST - 6
    cut = [
        f"{'...' if start else ''}{text[start:end]}{'...' if text[end:] else ''}"
        for text in (old, new)
    ]
    return cut[0], cut[1]


def _visible(text: str) -> str:
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text
    )


def _looks(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def causes(told: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Sentences on the declared inputs that differ between two parsed manifests.

    `told` is the released one, `now` the newly made one. Empty when every declared input is the
    same: then nothing that is declared explains a difference. What a release was made with
    (Python, platform) isn't an input; it is told last where both manifests name it.
    """
    before, after = _declared(told), _declared(now)
    found = []
    for path, many, words in _DECLARED:
        for at in _things(path, before, after) if many else [path]:
            old, new = _below(at, before), _below(at, after)
            if old != new:
                what = words.format(_visible(str(at[-1]))[:LONGEST])
                found.append(
                    f"{what} differs: {_said(old, new)} when released, {_said(new, old)} now."
                )
    for at in _things(("made_with",), before, after):
        old, new = _below(at, before), _below(at, after)
        if old and new and old != new:
            found.append(f"Made with another {_last(at)}, which is no input: {_both(old, new)}.")
    return found


def _declared(manifest: Mapping[str, Any]) -> dict[Where, str]:
    """What a manifest says, by path. Null says no more than a key that isn't there."""
    return {path: value for path, value in leaves(manifest).items() if value != "null"}


def _things(path: Where, *manifests: dict[Where, str]) -> list[Where]:
    """The keys right below `path`, in order of their names."""
    depth = len(path)
    found = {
        at[: depth + 1]
        for named in manifests
        for at in named
        if at[:depth] == path and len(at) > depth
    }
    return sorted(found, key=str)


def _below(path: Where, named: dict[Where, str]) -> dict[Where, str]:
    return {at[len(path) :]: value for at, value in named.items() if at[: len(path)] == path}


def _last(path: Where) -> str:
    return _visible(str(path[-1]))[:LONGEST]


def _both(old: dict[Where, str], new: dict[Where, str]) -> str:
    return f"{_said(old, new)} when released, {_said(new, old)} now"


def _said(these: dict[Where, str], others: dict[Where, str]) -> str:
    """What of these isn't so in the others; hashes are shortened."""
    parts = []
    for at, value in these.items():
        if others.get(at) != value:
            shown = value.removeprefix('"').removesuffix('"')
            shown = shown[:12] if _HASH.fullmatch(shown) else _visible(shown)[:LONGEST]
            parts.append(" ".join(_visible(str(part)) for part in (*at, shown)))
    return ", ".join(parts) or "not named"

"""What was sent, taken apart: JSON and CSV from pinned bytes, or an error that says why not."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Sequence
from typing import Any, NoReturn

from gapwatch.errors import SourceError, ValidationError
from gapwatch.sources.payload import Payload

_REMEDY = "compare with the publisher's own pages; nothing was published from it"


def refuse(where: str, expected: str, found: str) -> NoReturn:
    """Raise SourceError: the publisher's answer makes no sense."""
    raise SourceError(where, expected=expected, found=found, remedy=_REMEDY)


def break_contract(where: str, expected: str, found: str) -> NoReturn:
    """Raise ValidationError: the answer can be read, and its figures can't be right."""
    raise ValidationError(where, expected=expected, found=found, remedy=_REMEDY)


def one(payloads: Sequence[Payload], role: str, where: str) -> Payload:
    """The only payload of a role; SourceError when there is none, or more than one."""
    found = [payload for payload in payloads if payload.role == role]
    if len(found) != 1:
        refuse(where, f"one answer of the role {role}", str(len(found)))
    return found[0]


def json_of(content: bytes, where: str) -> Any:
    """Parsed JSON; SourceError when it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        refuse(where, "JSON", f"{type(error).__name__}: {str(error)[:100]}")


def dig(found: Any, *path: str) -> Any:
    """What stands under a path of keys; None where any of them is absent."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def words(found: Any) -> str:
    """A text with single blanks; empty for anything that is no text."""
    plain = " ".join(found.split()) if isinstance(found, str) else ""
    return plain.encode("utf-8", "replace").decode("utf-8")


def records(content: bytes, where: str) -> tuple[list[str], list[list[str]], list[int]]:
    """Header, records and their rows as a spreadsheet counts them; blank lines are left out.

    Text is UTF-8 with or without a byte order mark; lines may end in any way, and a quoted field
    may hold line ends. Raises SourceError.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(where, "text in UTF-8", f"byte {error.start} is not UTF-8")
    try:
        every = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        refuse(where, "CSV", str(error))
    numbers = [number for number, cells in enumerate(every, 1) if cells]
    rows = [cells for cells in every if cells]
    if not rows:
        refuse(where, "a header and rows", "an empty file")
    return rows[0], rows[1:], numbers[1:]


def places(header: Sequence[str], needed: Sequence[str], where: str) -> list[int]:
    """Where each needed column stands; SourceError for one that is absent or stands twice."""
    for name in needed:
        if header.count(name) != 1:
            near = difflib.get_close_matches(name, header, n=1, cutoff=0.4)
            found = "it stands twice" if name in header else "no such column"
            hint = f"; the nearest is {near[0][:100]!r}" if near and name not in header else ""
            refuse(f"{where}, header", f"the column {name!r} once", found + hint)
    return [header.index(name) for name in needed]

"""Records of a JSON file as rows of a table: a column for each path of keys.

So the open standards of registers, 360Giving and Open Referral UK, are read by their own names,
and by the same description as their files in CSV.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from gapwatch.study.sources import FileSource

MOST_DEPTH = 12
MOST_CELLS = 20_000_000
_PAGES = "total_pages"
_SHOWN = 8
Refuse = Callable[[str, str, str], NoReturn]


def json_rows(
    source: FileSource, where: str, content: bytes, refuse: Refuse
) -> Iterator[list[str]]:
    """The header, then a row for each record, or for each item of `unfold` in it, as text.

    Columns stand in the order in which their paths are met first. `refuse` raises for what isn't
    JSON, repeats a key, holds no list of records, or says itself that it is a page of several.
    """
    held = _parsed(where, content, refuse)
    if isinstance(held, Mapping) and str(held.get(_PAGES, "1")) not in ("0", "1"):
        refuse(
            where,
            "all records in one file",
            f"a page of {held[_PAGES]}",
        )
    records = _at(held, source.records)
    if not isinstance(records, list) or not all(isinstance(one, Mapping) for one in records):
        named = f"a list of records at {source.records}" if source.records else "a list of records"
        refuse(where, named, _kind(records, held, source.records))
    found = [
        row
        for number, record in enumerate(records, 1)
        for row in _rows(f"{where}, record {number}", record, source.unfold, refuse)
    ]
    names = list(dict.fromkeys(name for row in found for name in row))
    if len(names) * (len(found) + 1) > MOST_CELLS:
        refuse(where, f"at most {MOST_CELLS} cells", f"{len(found)} rows of {len(names)} columns")
    yield names
    for row in found:
        yield [row.get(name, "") for name in names]


def _parsed(where: str, content: bytes, refuse: Refuse) -> Any:
    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            again = next(key for key in keys if keys.count(key) > 1)
            refuse(where, "each key of an object once", f"{again!r} again")
        return found

    def no_number(word: str) -> NoReturn:
        refuse(where, "numbers as JSON has them", word)

    try:
        # Numbers stay as they are written: a code such as 00123 is no number, and 1.0 is none less.
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=once,
            parse_float=str,
            parse_int=str,
            parse_constant=no_number,
        )
    except UnicodeDecodeError as error:
        refuse(where, "JSON in UTF-8", f"byte {error.start} is not UTF-8")
    except json.JSONDecodeError as error:
        refuse(where, "JSON", f"{error.msg} in line {error.lineno}")
    except RecursionError:
        refuse(where, f"objects at most {MOST_DEPTH} deep", "deeper ones")


def _at(held: Any, path: str | None) -> Any:
    for key in path.split(".") if path else ():
        if not isinstance(held, Mapping) or key not in held:
            return None
        held = held[key]
    return held


def _kind(found: Any, held: Any, path: str | None) -> str:
    if found is None and path:
        return "none" + _reached(held, path)
    if isinstance(found, Mapping):
        return f"an object with {', '.join(list(found)[:_SHOWN]) or 'nothing'}"
    return f"a {type(found).__name__}"


def _reached(held: Any, path: str | None) -> str:
    """How far a path leads, and what is there."""
    passed: list[str] = []
    for key in path.split(".") if path else ():
        if not isinstance(held, Mapping) or key not in held:
            break
        passed.append(key)
        held = held[key]
    place = f"at {'.'.join(passed)} is" if passed else "the file has"
    if isinstance(held, Mapping):
        return f"; {place} {', '.join(list(held)[:_SHOWN]) or 'nothing'}"
    return f"; {place} a {type(held).__name__}"


def _rows(
    where: str, record: Mapping[str, Any], unfold: str | None, refuse: Refuse
) -> Iterator[dict[str, str]]:
    if unfold is None:
        yield _flat(where, record, "", refuse)
        return
    items = _at(record, unfold)
    if items is not None and not isinstance(items, list):
        refuse(where, f"a list at {unfold}", f"a {type(items).__name__}")
    outer = _flat(where, record, "", refuse)
    inside = f"{unfold}."
    shared = {name: text for name, text in outer.items() if not name.startswith(inside)}
    for item in items or [{}]:
        yield {**shared, **_flat(where, item, unfold, refuse)}


def _flat(where: str, value: Any, path: str, refuse: Refuse, depth: int = 0) -> dict[str, str]:
    """Every value inside by its path; a missing one is blank."""
    if depth > MOST_DEPTH:
        refuse(where, f"objects at most {MOST_DEPTH} deep", "deeper ones")
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        found: dict[str, str] = {}
        for key, inner in pairs:
            found |= _flat(where, inner, f"{path}.{key}" if path else str(key), refuse, depth + 1)
        return found
    if value is None:
        return {path: ""} if path else {}
    text = str(value).upper() if isinstance(value, bool) else str(value)
    return {path: " ".join(text.split())}

"""Layers that are nearly right: one or a few parts replaced, or bytes changed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from gapwatch import tables
from gapwatch.contracts import TABLES
from gapwatch.errors import GapwatchError
from gapwatch.sources.payload import Payload
from gapwatch.sources.portal import parse
from tests.unit.sources.test_portal import layer, lookup, pairs, two

_NUMBERS = st.one_of(
    st.integers(), st.floats(), st.floats(-0.2, 0.1), st.floats(51.4, 51.6), st.just(10**400)
)
_PARTS = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, st.text(max_size=12),
              st.sampled_from(["E05013792", "E01004646", "Polygon", "MultiPolygon"])),
    lambda part: st.one_of(st.lists(part, max_size=5),
                           st.dictionaries(st.text(max_size=8), part, max_size=3)),
    max_leaves=8,
)  # fmt: skip
_LOOKUP = pairs(("E01004646", "E05013792"), ("E01004647", "E05013792"))


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = part.keys() if isinstance(part, dict) else range(len(part) if type(part) is list else 0)
    return [path, *(place for key in keys for place in _places(part[key], (*path, key)))]


def _put(part: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = dict(part) if isinstance(part, dict) else list(part)
    copied[path[0]] = _put(copied[path[0]], path[1:], new)
    return copied


@st.composite
def layers(draw: st.DrawFn) -> tuple[str, bytes]:
    """A table's name, and bytes that may hold a layer of it."""
    table = draw(st.sampled_from(["boundary", "lookup"]))
    content: Any = two() if table == "boundary" else _LOOKUP
    for _ in range(draw(st.integers(0, 2))):
        content = _put(content, draw(st.sampled_from(_places(content))), draw(_PARTS))
    sent = bytearray(json.dumps(content, default=str).encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        sent[draw(st.integers(0, len(sent) - 1))] = draw(st.integers(0, 255))
    return table, bytes(sent)


def reads_or_refuses(case: tuple[str, bytes]) -> None:
    """Parse a case: a table that meets its contract, or a named error; anything else is raised."""
    name, content = case
    source = layer() if name == "boundary" else lookup(expected_areas=2)
    try:
        found = parse(source, (Payload("data-0001", "a", "json", content),))
    except GapwatchError:
        return
    assert list(found) == [name]
    table = TABLES[name]
    written = tables.to_csv(table, found[name])
    again = tables.read_csv(table, written, "again")
    assert tables.to_csv(table, again) == written
    assert len(again) == 2 or name == "lookup"

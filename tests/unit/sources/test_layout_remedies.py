"""Remedies for layouts: what they tell to write into a description is written, and read right.

Every remedy of a described file that gives such text is followed here or in test_remedies: a scan
of the source finds those that aren't.
"""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gapwatch.errors import GapwatchError
from tests.unit.sources import test_remedies as plain
from tests.unit.sources.described import DEATHS, PUBLISHED, TOTALS, text
from tests.unit.test_remedies import RAISING, SOURCE, words

About = dict[str, Any]
_SETTING = re.compile(r'\b(delimiter|encoding|decimal|format) = ("(?:[^"\\]|\\.)*")')
_SIGNS = {r'"\t"': "\t"}
_NTH = re.compile(r'write "([^"]*)#1"')
_AGE = re.compile(r'values\.age .*?: "([^"]*)" = "([^"]*)"')


def followed(about: About, error: GapwatchError) -> Iterator[About]:
    """The description as each way of the remedy changes it."""
    remedy = error.remedy
    for key, value in _SETTING.findall(remedy):
        yield about | {key: _SIGNS.get(value, value.strip('"'))}
    if nth := _NTH.search(remedy):
        for number in (1, 2):
            columns = {
                name: f"{heading}#{number}" if heading == nth[1] else heading
                for name, heading in about["columns"].items()
            }
            rest = f"{nth[1]}#{3 - number}"
            yield about | {"columns": columns, "ignored": [*about.get("ignored", []), rest]}
    if age := _AGE.search(remedy):
        known = about.get("values", {})
        yield about | {"values": known | {"age": known.get("age", {}) | {age[1]: age[2]}}}
    yield from plain.followed(about, error)


def walk(about: About, content: bytes, right: Callable[[pd.DataFrame], bool]) -> set[str]:
    """Functions that refused on the way; every table that is read must be right."""
    waiting, known, met, tables = [(about, 0)], {repr(about)}, set[str](), 0
    while waiting:
        now, depth = waiting.pop()
        found = plain.attempt(now, content)
        if isinstance(found, pd.DataFrame):
            assert right(found), f"a wrong number from {now}:\n{found}"
            tables += 1
        elif found is not None:
            assert depth < 8, f"remedies that go in a circle: {found}"
            frames = traceback.extract_tb(found.__traceback__)
            met |= {f"{Path(frame.filename).name}:{frame.name}" for frame in frames}
            ways = [way for way in followed(now, found) if repr(way) not in known]
            known |= {repr(way) for way in ways}
            waiting += [(way, depth + 1) for way in ways]
    assert tables, "no remedy led to a table"
    return met


LIFE = "Code;Name;Sex;Period;LE;Lo;Hi\nE05099001;A;male;2016-20;{};{};{}"
POINT = LIFE.format("79.3", "78.1", "80.5")


def of_79(frame: pd.DataFrame) -> bool:
    return frame["life_expectancy_years"].tolist() == [79.3]


WIDE: About = {
    key: value for key, value in DEATHS.items() if key not in ("columns", "constants")
} | {
    "columns": {"area_code": "Ward", "area_name": "Ward", "sex": "Sex", "year": "Year"},
    "wide": "Aged (?P<age>.+)",
    "constants": {"geography": "ward2011", "measure": "deaths_persons"},
}


def wide(heads: str, counts: str) -> bytes:
    return text(
        [
            ["Ward", "Sex", "Year", *heads.split(";")],
            ["E05099001", "male", "2020", *counts.split(";")],
        ]
    )


def counts(frame: pd.DataFrame) -> list[tuple[int, int]]:
    return sorted(zip(frame["age_start_years"], frame["deaths_persons"], strict=True))


SLIPS: dict[str, tuple[About, bytes, Callable[[pd.DataFrame], bool]]] = {
    "semicolons": (PUBLISHED, POINT.encode(), of_79),
    "tabs": (PUBLISHED, POINT.replace(";", "\t").encode(), of_79),
    "bars": (PUBLISHED, POINT.replace(";", "|").encode(), of_79),
    "UTF-16": (PUBLISHED, POINT.replace(";", ",").encode("utf-16"), of_79),
    "UTF-16 without a mark": (PUBLISHED, POINT.replace(";", ",").encode("utf-16-le"), of_79),
    "semicolons and decimal commas": (
        PUBLISHED,
        LIFE.format("79,3", "78,1", "80,5").encode(),
        of_79,
    ),
    # Two encodings are offered, of which the one that shows the names right is to be chosen.
    "Windows-1252": (
        PUBLISHED | {"encoding": "utf-8"},
        POINT.replace(";", ",").replace("A", "Caf\u00e9 Row").encode("cp1252"),
        lambda frame: of_79(frame) and frame["area_name"].str.fullmatch("Caf. Row").all(),
    ),
    "headings twice": (
        TOTALS,
        text("Code Name Year Pop Pop\nE05099001 A 2020 400 400"),
        lambda frame: frame["population_persons"].tolist() == [400],
    ),
    "a last age that isn't open": (
        WIDE,
        wide("Aged 80 to 84;Aged 85 to 89;Aged 90", "4;5;6"),
        lambda frame: counts(frame) == [(80, 4), (85, 5), (90, 6)],
    ),
    "two open ages": (
        WIDE,
        wide("Aged 80 to 84;Aged 85+;Aged 90+", "4;5;6"),
        lambda frame: counts(frame) == [(80, 4), (85, 5), (90, 6)],
    ),
    "two columns of one age": (
        WIDE,
        wide("Aged 80 to 84;Aged 85+;Aged 85+", "4;5;5"),
        lambda frame: counts(frame) == [(80, 4), (85, 5)],
    ),
    "a column beside the block": (
        WIDE,
        wide("Aged 80 to 84;aged 85 to 89;Aged 90+", "4;5;6"),
        # What is left out by name is the reader's choice; ages without deaths are asked for later.
        lambda frame: counts(frame) == [(80, 4), (90, 6)],
    ),
}
# Text that a remedy gives and that no walk writes: why.
NOT_WALKED = {
    "shown.py:require_sheet": "it offers to read a hidden sheet, or not to: see test_withheld",
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_remedy_for_a_layout_leads_to_the_right_table(slip: str) -> None:
    with pytest.raises(GapwatchError):
        plain.read(*SLIPS[slip][:2])
    walk(*SLIPS[slip])


@cache
def told_to_write() -> dict[str, str]:
    """Functions with remedies that give text for a description, by file and name."""
    found = {}
    for path in sorted((SOURCE / "sources" / "declared").glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for remedy in remedies(function):
                    if re.search(r'\b[a-z_]+ = ["{\[]|"\{\}" = ', remedy):
                        found[f"{path.name}:{function.name}"] = remedy
    return found


def remedies(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.keyword) and node.arg == "remedy":
            yield words(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for remedy in node.args[RAISING.get(node.func.id, 99) :][:1]:
                yield words(remedy)


def test_every_remedy_that_gives_text_to_write_is_walked() -> None:
    met = set[str]()
    for about, content, right in SLIPS.values():
        met |= walk(about, content, right)
    for slip, (about, content, right) in plain.SLIPS.items():
        if slip not in plain.AT_THE_FILE:
            met |= walk(about, content, right)
    assert len(told_to_write()) >= 6
    assert set(told_to_write()) - met <= set(NOT_WALKED)

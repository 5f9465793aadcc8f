"""Every remedy, followed to the letter, gets further and never to a wrong number.

A description is changed as the remedy says, in each way that it offers, until the file is read or
only a change of the file itself is left to do. What is read then must be right.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError as PydanticError

from gapwatch.errors import GapwatchError
from tests.unit.sources import books
from tests.unit.sources.described import (
    DEATHS,
    ONE_A_ROW,
    PUBLISHED,
    RESIDENTS,
    TOTALS,
    read,
    text,
)

About = dict[str, Any]
EVERYDAY = Path(__file__).parent / "everyday"
_DEEPEST = 8
_TOML = re.compile(
    r"\b(over|totals|keep|unique|ignored|hidden|estimates|drop_missing|values\.sex)"
    r' = (\[[^\]]*\]|\{[^}]*\}|"[^"]*"|true)'
)
_LISTS = ("over", "ignored", "missing")
_MAPS = ("totals", "keep", "drop", "values", "columns")


def with_(about: About, key: str, value: Any) -> About:
    if key.startswith("values."):
        key, value = "values", {key.partition(".")[2]: value}
    if key in _LISTS:
        value = [*about.get(key, [""] if key == "missing" else []), *value]
    if key in _MAPS:
        value = {**about.get(key, {}), **value}
    return about | {key: value}


def without(about: About, name: str, *kinds: str) -> About:
    changed = dict(about)
    for kind in kinds:
        held = changed.get(kind)
        if isinstance(held, dict):
            changed[kind] = {k: v for k, v in held.items() if k != name}
        elif isinstance(held, list):
            changed[kind] = [k for k in held if k != name]
        elif held == name:
            del changed[kind]
    return changed


def quoted(pattern: str, said: str) -> str:
    """What stands in quotation marks where a pattern matches; empty where it doesn't."""
    found = re.search(pattern, said)
    return found[1] if found else ""


def with_taken_out(about: About, error: GapwatchError) -> About:
    """The description without what the remedy tells to take out of it."""
    remedy = error.remedy
    if out := re.search("take '([^']*)' out of (keep|drop)", remedy):
        about = without(about, out[1], out[2])
    if "take it out of values" in remedy:
        about = without(about, error.where.rpartition(", ")[2], "values")
    if "take sparse out" in remedy:
        about = {key: value for key, value in about.items() if key != "sparse"}
    return about


def followed(about: About, error: GapwatchError) -> Iterator[About]:
    """The description as each way of the remedy changes it."""
    remedy, word = error.remedy, quoted("'([^']*)'", error.found)
    base = with_taken_out(about, error)
    if "add the mark to missing" in remedy:
        base = with_(base, "missing", [word])
        yield base | {"drop_missing": True} if "drop_missing = true" in remedy else base
        return
    if named := quoted('add "([^"]*)" to missing', remedy):
        yield with_(base, "missing", [named])
    if unit := quoted('add age_unit = "([^"]*)" to columns', remedy):
        apart = without(base, unit, "ignored", "over", "unique", "keep", "drop")
        yield with_(apart, "columns", {"age_unit": unit})
    if unit := quoted('age_unit = "([^"]*)" among constants', remedy):
        yield base | {"constants": base["constants"] | {"age_unit": unit}}
    yield from followed_for_words(base, error, quoted("column '([^']*)'", error.where), word)
    for key, value in _TOML.findall(remedy):
        if key != "unique" or "unique" not in base:
            yield with_(base, key, tomllib.loads(f"x = {value}")["x"])


def followed_for_words(
    base: About, error: GapwatchError, column: str, word: str
) -> Iterator[About]:
    remedy = error.remedy
    if "say so in totals" in remedy:
        apart = without(base, column, "over", "ignored", "unique")
        yield with_(apart, "totals", {column: word})
        yield with_(base, "drop", {column: [word]})
        if "name both in keep" in remedy:
            yield with_(apart, "keep", {column: [word]})
    if "name the column and the word in drop" in remedy:
        yield with_(base, "drop", {column: [word]})
        yield with_(base, "ignored", [column])


def attempt(about: About, content: bytes) -> pd.DataFrame | GapwatchError | None:
    """What becomes of a description: a table, a refusal, or none where it is no description."""
    try:
        return read(about, content)
    except GapwatchError as error:
        return error
    except PydanticError:
        return None


def walk(about: About, content: bytes, right: Callable[[pd.DataFrame], bool]) -> int:
    """How many different descriptions, led to by remedies alone, are read."""
    waiting, seen, tables = [(about, 0, ("", "", ""))], set[str](), 0
    while waiting:
        now, depth, before = waiting.pop()
        found = attempt(now, content)
        if isinstance(found, pd.DataFrame):
            assert right(found), f"a wrong number from {now}:\n{found}"
            tables += 1
        elif found is not None:
            said = (found.where, found.expected, found.found)
            assert depth < _DEEPEST, f"remedies that go in a circle: {found}"
            assert said != before, f"a remedy that gets no further: {found}"
            for way in followed(now, found):
                assert way != now, f"a remedy that changes nothing: {found}"
                if repr(way) not in seen:
                    seen.add(repr(way))
                    waiting.append((way, depth + 1, said))
    return tables


HEAD = "Ward Sex Year Age Deaths"
KNOWN = "E05099001 male 2020 60 4\nE05099001 male 2020 62 7"
SPARSE: About = {"sparse": True, "years": [2020, 2020]}


def withheld(mark: str) -> bytes:
    return text(f"{HEAD}\n{KNOWN}\nE05099001 male 2020 61 {mark}")


def never_told(frame: pd.DataFrame) -> bool:
    """The two counts that are told, and nothing of the third."""
    return sorted(frame["deaths_persons"]) == [4, 7]


def four_hundred(frame: pd.DataFrame) -> bool:
    # Rows of one sex or age alone are what the reader asked for by name, in keep.
    return frame["population_persons"].tolist() == [400]


def workbook(cell: str) -> bytes:
    rows: list[list[str | float]] = [
        ["Ward", "Sex", "Year", "Age", "Deaths"],
        ["E05099001", "male", 2020.0, 60.0, 4.0],
        ["E05099001", "male", 2020.0, 61.0, 12345.0],
        ["E05099001", "male", 2020.0, 62.0, 7.0],
    ]
    parts = books.xlsx_parts("D", rows)
    sheet = "xl/worksheets/sheet1.xml"
    return books.zipped(parts | {sheet: parts[sheet].replace("<c><v>12345.0</v></c>", cell)})


PEOPLE = (EVERYDAY / "people.csv").read_bytes()
BOOK: About = {"format": "xlsx", "sheets": {"D": {}}}
SLIPS: dict[str, tuple[About, bytes, Callable[[pd.DataFrame], bool]]] = {
    **{
        f"a mark {mark}": (DEATHS, withheld(mark), never_told)
        for mark in ("*", "c", "[x]", "-", "..", "<5", "1-4", "~", "12%")
    },
    **{
        f"a mark {mark} in a sparse file": (DEATHS | SPARSE, withheld(mark), never_told)
        for mark in ("*", "[c]", "<5", ":")
    },
    "a mark that was to be dropped": (
        DEATHS | SPARSE | {"missing": ["", "*"], "drop_missing": True},
        withheld("*"),
        never_told,
    ),
    "a mark dropped by its count": (
        DEATHS | SPARSE | {"drop": {"Deaths": ["*"]}},
        withheld("*"),
        never_told,
    ),
    "a mark mapped to zero": (
        DEATHS | {"values": {"deaths_persons": {"*": "0"}}},
        withheld("*"),
        never_told,
    ),
    "a mark mapped to zero in a sparse file": (
        DEATHS | SPARSE | {"values": {"deaths_persons": {"*": "0"}}},
        withheld("*"),
        never_told,
    ),
    "a flag beside a zero": (
        DEATHS,
        text(
            f"{HEAD} Flag\nE05099001 male 2020 60 4 x1\nE05099001 male 2020 62 7 x1\n"
            "E05099001 male 2020 61 0 suppressed"
        ),
        lambda frame: 4 in set(frame["deaths_persons"]),
    ),
    "published figures with [x]": (
        PUBLISHED,
        text(
            "Code Name Sex Period LE Lo Hi\nE05099001 A male 2016-20 [x] [x] [x]\n"
            "E05099002 B male 2016-20 80.1 79.2 81.0"
        ),
        lambda frame: frame["life_expectancy_years"].fillna(-1).tolist() == [-1, 80.1],
    ),
    "published figures with #N/A": (
        PUBLISHED,
        text(
            "Code Name Sex Period LE Lo Hi\nE05099001 A male 2016-20 #N/A #N/A #N/A\n"
            "E05099002 B male 2016-20 80.1 79.2 81.0"
        ),
        lambda frame: frame["life_expectancy_years"].fillna(-1).tolist() == [-1, 80.1],
    ),
    "an error in a workbook": (DEATHS | BOOK, workbook('<c t="e"><v>#N/A</v></c>'), never_told),
    "a formula that was never computed": (DEATHS | BOOK, workbook("<c><f>A1</f></c>"), never_told),
    "fractions": (DEATHS, withheld("3.7"), never_told),
    "fractions of residents": (
        RESIDENTS,
        text("Ward Sex Year Age Pop\nE05099001 male 2020 60 44.5"),
        lambda frame: frame["population_persons"].tolist() == [44.5],
    ),
    "columns without a word": (
        TOTALS | {"add_up": True, "keep": {"Age": ["All ages"]}},
        PEOPLE,
        four_hundred,
    ),
    "all columns added up over": (
        TOTALS | {"add_up": True, "over": ["Sex"], "drop": {"Age": ["All ages"]}},
        PEOPLE,
        four_hundred,
    ),
    "all columns ignored": (
        TOTALS | {"add_up": True, "ignored": ["Sex"], "keep": {"Age": ["All ages"]}},
        PEOPLE,
        four_hundred,
    ),
    "units of age": (
        ONE_A_ROW,
        (EVERYDAY / "units.csv").read_bytes(),
        lambda frame: frame["age_start_years"].tolist() == [0, 81],
    ),
    "units of age ignored": (
        ONE_A_ROW | {"ignored": ["Age unit"]},
        (EVERYDAY / "units.csv").read_bytes(),
        lambda frame: frame["age_start_years"].tolist() == [0, 81],
    ),
    "ages in months": (
        ONE_A_ROW | {"columns": ONE_A_ROW["columns"] | {"age": "Age (months)"}},
        text([["Ward", "Sex", "Year", "Age (months)"], ["E05099001", "male", "2020", "9"]]),
        lambda frame: frame["age_start_years"].tolist() == [0],
    ),
    "hidden rows": (
        ONE_A_ROW
        | {
            "format": "xlsx",
            "sheets": {"Deaths": {}},
            "dates": "yyyy-mm-dd",
            "ignored": ["Resident"],
            "columns": {
                "area_code": "Ward",
                "area_name": "Ward",
                "sex": "Sex",
                "age": "Age",
                "date": "Registered",
            },
        },
        (EVERYDAY / "filtered.xlsx").read_bytes(),
        lambda frame: frame["deaths_persons"].sum() in (6, 10),
    ),
    "sexes as codes": (
        DEATHS,
        text(f"{HEAD}\nE05099001 1 2020 60 4\nE05099001 2 2020 60 7"),
        lambda frame: frame["deaths_persons"].tolist() == [7, 4],
    ),
}
# Slips that only a better file can end.
AT_THE_FILE = {"a formula that was never computed", "fractions"}


@pytest.mark.parametrize("slip", SLIPS)
def test_every_remedy_gets_further_and_never_to_a_wrong_number(slip: str) -> None:
    about, content, right = SLIPS[slip]
    with pytest.raises(GapwatchError):
        read(about, content)
    assert (walk(about, content, right) > 0) != (slip in AT_THE_FILE)


def test_words_of_keep_and_drop_that_are_not_there_come_with_the_nearest() -> None:
    rows = text(f"{HEAD}\n{KNOWN}".replace("male", "Males"))
    for choice in (
        {"keep": {"Sex": ["males"]}},
        {"drop": {"Sex": ["Male"]}},
        {"totals": {"Sex": "Malse"}},
    ):
        with pytest.raises(GapwatchError) as caught:
            read(DEATHS, rows, **choice)
        assert "the column holds 'Males'" in caught.value.found

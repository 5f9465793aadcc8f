"""Nomis: residents by area, sex and single year of age, with the proof that nobody is left out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from gapwatch import tables
from gapwatch.contracts import CODE, POPULATION, POPULATION_DEATHS
from gapwatch.errors import SourceError
from gapwatch.sources.parsing import (
    break_contract,
    dig,
    json_of,
    one,
    places,
    records,
    refuse,
    words,
)
from gapwatch.sources.payload import Payload
from gapwatch.study.sources import NomisSource, Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

log = logging.getLogger(__name__)
# Codes of the areas of a geography, by its name and how many they should be; none where unknown.
Known = Callable[[str, int], tuple[str, ...]]
FIELDS = (
    "date",
    "geography_code",
    "geography_name",
    "gender",
    "c_age",
    "obs_value",
    "record_count",
)
SEXES = {1: "male", 2: "female"}
FIRST_AGE, LAST_AGE = 101, 191  # Nomis's numbers for 0 and for 90 and over
MOST_PAGES = 1000
MOST_CODES = 600  # an address of about 7,000 characters
PERSONS = "20100"
_AGES = LAST_AGE - FIRST_AGE + 1
_OLDEST = _AGES - 1
_KEY = ["geography_code", "date", "gender", "c_age"]
_WHOLE = re.compile("[0-9]{1,9}")
_TYPE = re.compile("(?:TYPE)?([0-9]{1,6})")


def nothing_known(geography: str, number: int) -> tuple[str, ...]:  # noqa: ARG001 - a Known
    """What is known of areas where no lookup is at hand."""
    return ()


def fetch(
    source: NomisSource, client: Client, publishers: Publishers, known: Known = nothing_known
) -> tuple[Payload, ...]:
    """Answers of the roles types, areas and data-0001 and on, as they were sent.

    Guests get at most 25,000 cells an answer, cut off without a word, so pages are asked for until
    all are there. Raises SourceError when they don't come. Where the definition of the geography
    can't be had, areas are asked for by their codes, which `known` gives for a geography and its
    number of areas; then the first two answers are lacking.
    """
    base = f"{publishers.nomis.rstrip('/')}/dataset/{source.dataset}"
    sent: list[Payload] = []
    try:
        within, number = _defined(source, client, base, sent)
    except SourceError as error:
        codes = known(source.geography, source.expected_areas)
        if not 0 < len(codes) <= MOST_CODES:
            raise
        log.warning(
            "%s: Nomis doesn't define its areas, so the codes of a lookup are asked for.\n%s",
            source.id,
            error,
        )
        sent.clear()
        within, number = ",".join(codes), len(codes)
    return (*sent, *_data(source, client, base, within, _expected_rows(source, number)))


def _defined(
    source: NomisSource, client: Client, base: str, sent: list[Payload]
) -> tuple[str, int]:
    """Nomis's word for the areas, and how many they are; both answers are put into `sent`."""
    types = client.get(f"{base}/geography/TYPE.def.sdmx.json", expect="json")
    sent.append(Payload("types", types.address, "json", types.content))
    within = f"{source.parent_code}{_type(source, types.content)}"
    areas = client.get(f"{base}/geography/{within}.def.sdmx.json", expect="json")
    sent.append(Payload("areas", areas.address, "json", areas.content))
    return within, len(_areas(source, areas.content))


def _data(
    source: NomisSource, client: Client, base: str, within: str, expected: int
) -> list[Payload]:
    """Every page of the figures."""
    sent: list[Payload] = []
    asked = {
        "geography": within,
        "date": ",".join(map(str, sorted(source.years))),
        "gender": "1,2",
        "c_age": f"{FIRST_AGE}...{LAST_AGE}",
        "measures": PERSONS,
        "select": ",".join(FIELDS),
    }
    rows = 0
    while rows < expected:
        number = len(sent) + 1
        if number > MOST_PAGES:
            refuse(
                f"{source.id}, pages",
                f"{expected} rows on at most {MOST_PAGES} pages",
                f"{rows} rows so far",
            )
        page = client.get(f"{base}.data.csv", {**asked, "RecordOffset": str(rows)}, expect="csv")
        frame = _page(page.content, f"{source.id}, page {number}", expected)
        rows += len(frame)
        sent.append(Payload(f"data-{number:04d}", page.address, "csv", page.content))
    return sent


def parse(source: NomisSource, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """Tables population, by single year of age to 90 and over, and population_deaths.

    The second holds all residents by area and year; its deaths are missing. Raises SourceError
    unless there is one row for every area, year, sex and age, and ValidationError for areas that
    aren't the ones the study expects.
    """
    pages = [payload for payload in payloads if payload.role.startswith("data-")]
    areas = _asked_areas(source, payloads, pages)
    expected = _expected_rows(source, len(areas))
    if [page.role for page in pages] != [f"data-{n:04d}" for n in range(1, len(pages) + 1)]:
        refuse(f"{source.id}, pages", "pages in order", ", ".join(p.role for p in pages)[:200])
    if not pages:
        refuse(f"{source.id}, pages", "at least one page", "none")
    frame = pd.concat(
        [
            _page(page.content, f"{source.id}, page {number}", expected)
            for number, page in enumerate(pages, 1)
        ],
        ignore_index=True,
    )
    _require_complete(source, frame, areas, expected)
    return _tables(source, frame)


def _asked_areas(
    source: NomisSource, payloads: tuple[Payload, ...], pages: list[Payload]
) -> set[str]:
    """The areas that were asked for: as Nomis defines them, or by the codes in every address."""
    if pages and not {"types", "areas"} & {payload.role for payload in payloads}:
        return _codes_in(source, pages)
    kind = _type(source, one(payloads, "types", f"{source.id}, types").content)
    listed = one(payloads, "areas", f"{source.id}, areas")
    if kind not in listed.address:
        refuse(f"{source.id}, areas", f"the areas of {kind}", "those of another type")
    return _areas(source, listed.content)


def _codes_in(source: NomisSource, pages: list[Payload]) -> set[str]:
    asked = set()
    for page in pages:
        try:
            asked.add(",".join(parse_qs(urlsplit(page.address).query).get("geography", [])))
        except ValueError:
            asked.add("")
    codes = next(iter(asked)).split(",")
    where = f"{source.id}, its addresses"
    if len(asked) != 1 or not all(re.fullmatch(CODE, code) for code in codes):
        refuse(where, "the same codes of areas in each, where Nomis defined none", "none")
    if len(set(codes)) != source.expected_areas:
        break_contract(
            where, f"{source.expected_areas} areas, as the study says", str(len(set(codes)))
        )
    return set(codes)


def _tables(source: NomisSource, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    names = frame["geography_name"].where(frame["geography_name"] != "", frame["geography_code"])
    age = frame["c_age"] - FIRST_AGE
    people = pd.DataFrame(
        {
            "geography": source.geography,
            "area_code": frame["geography_code"],
            "area_name": names,
            "sex": frame["gender"].map(SEXES),
            "year": frame["date"],
            "base": source.base,
            "age_start_years": age,
            "age_end_years": age.astype("Int64").mask(age == _OLDEST),
            "population_persons": frame["obs_value"],
        }
    )
    every = people.groupby(["geography", "area_code", "year"], as_index=False, sort=True).agg(
        area_name=("area_name", "first"), population_persons=("population_persons", "sum")
    )
    every["deaths_persons"] = pd.Series(pd.NA, index=every.index, dtype="Int64")
    return {
        POPULATION.name: tables.canonical(POPULATION, people, source.id),
        POPULATION_DEATHS.name: tables.canonical(POPULATION_DEATHS, every, source.id),
    }


def _codes(content: bytes, where: str) -> list[Any]:
    lists = dig(json_of(content, where), "structure", "codelists", "codelist")
    first = lists[0] if isinstance(lists, list) and lists else lists
    codes = dig(first, "code")
    if not isinstance(codes, list) or not codes:
        refuse(where, "a list of codes", "none")
    return codes


def _type(source: NomisSource, content: bytes) -> str:
    """Nomis's name for the type of area, such as TYPE152, by what it is called."""
    where = f"{source.id}, types of area in {source.dataset}"
    wanted = source.area_type.casefold()
    known = {}
    for code in _codes(content, where):
        number = _TYPE.fullmatch(str(dig(code, "value")))
        if number is not None:
            known[f"TYPE{number[1]}"] = words(dig(code, "description", "value"))
    found = [kind for kind, told in known.items() if told.casefold() == wanted]
    if len(found) != 1:
        told = "; ".join(sorted(known.values()))[:300]
        refuse(where, f"one type called {source.area_type!r}", f"{len(found)} of: {told}")
    return found[0]


def _areas(source: NomisSource, content: bytes) -> set[str]:
    """Codes of the areas in the parent, as many as the study expects."""
    where = f"{source.id}, areas in {source.parent_code}"
    found = []
    for code in _codes(content, where):
        notes = dig(code, "annotations", "annotation")
        told = [
            dig(note, "annotationtext")
            for note in (notes if isinstance(notes, list) else [])
            if dig(note, "annotationtitle") == "GeogCode"
        ]
        if len(told) != 1 or not re.fullmatch(CODE, words(told[0])):
            refuse(where, "a code of nine characters for each area", repr(told)[:100])
        found.append(words(told[0]))
    if len(set(found)) != len(found):
        refuse(where, "each area once", "an area that is there twice")
    if len(found) != source.expected_areas:
        break_contract(where, f"{source.expected_areas} areas, as the study says", str(len(found)))
    if len({code[:3] for code in found}) > 1:
        break_contract(where, "codes that all begin alike", ", ".join(sorted(found))[:200])
    return set(found)


def _expected_rows(source: NomisSource, areas: int) -> int:
    return areas * len(set(source.years)) * len(SEXES) * _AGES


def _page(content: bytes, where: str, expected: int) -> pd.DataFrame:
    """One page: numbers as numbers; every row must say how many rows there are in all."""
    header, rows, numbers = records(content, where)
    at = places([name.lower() for name in header], FIELDS, where)
    if not rows:
        refuse(where, "rows", "a header alone")
    if set(map(len, rows)) != {len(header)}:
        for cells, number in zip(rows, numbers, strict=True):
            if len(cells) != len(header):
                refuse(f"{where}, row {number}", f"{len(header)} fields", f"{len(cells)} fields")
    columns = list(zip(*rows, strict=True))
    data: dict[str, Any] = {}
    for name, place in zip(FIELDS, at, strict=True):
        column = columns[place]
        cells_held = set(column)
        if name.startswith("geography"):
            known = {cell: words(cell) for cell in cells_held}
            data[name] = list(map(known.__getitem__, column))
            continue
        # Each different word is looked at once; of those that are no number the first is named.
        whole = {cell: int(cell) for cell in cells_held if _WHOLE.fullmatch(cell)}
        if len(whole) != len(cells_held):
            number, cell = next(
                (number, cell)
                for cell, number in zip(column, numbers, strict=True)
                if cell not in whole
            )
            found = repr(cell)[:100] if cell else "a blank, which is not zero"
            refuse(f"{where}, row {number}, column {name.upper()}", "a whole number", found)
        data[name] = np.fromiter(map(whole.__getitem__, column), np.int64, len(column))
    told = data["record_count"]
    if (told != expected).any():
        row = numbers[int(np.flatnonzero(told != expected)[0])]
        refuse(
            f"{where}, row {row}, column RECORD_COUNT",
            f"{expected} rows in all (areas, years, sexes and ages)",
            str(told[told != expected][0]),
        )
    return pd.DataFrame(data)


def _require_complete(
    source: NomisSource, frame: pd.DataFrame, areas: set[str], expected: int
) -> None:
    """As many rows as combinations, none twice, none outside them: so each is there."""
    where = f"{source.id}, all pages"
    if len(frame) != expected:
        refuse(where, f"{expected} rows", str(len(frame)))
    repeated = frame.duplicated(_KEY)
    if repeated.any():
        first = frame.loc[repeated, _KEY].iloc[0]
        told = ", ".join(f"{name.upper()} {first[name]}" for name in _KEY)
        refuse(where, "each area, year, sex and age once", f"{told} again"[:300])
    known: dict[str, set[Any]] = {
        "geography_code": areas,
        "date": set(source.years),
        "gender": set(SEXES),
        "c_age": set(range(FIRST_AGE, LAST_AGE + 1)),
    }
    for name, wanted in known.items():
        strange = ~frame[name].isin(list(wanted))
        if strange.any():
            told = str(frame.loc[strange, name].iloc[0])[:100] or "a blank"
            refuse(f"{where}, column {name.upper()}", "what was asked for and nothing else", told)

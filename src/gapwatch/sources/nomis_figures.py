"""Nomis: figures of any dataset by area, their cells and dates found by Nomis's own words."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gapwatch import tables
from gapwatch.contracts import AREA_FIGURE
from gapwatch.errors import ValidationError
from gapwatch.sources import nomis_api
from gapwatch.sources.nomis_api import Known, nothing_known
from gapwatch.sources.parsing import dig, json_of, one, refuse, words
from gapwatch.sources.payload import Payload
from gapwatch.study.live_figures import LATEST, NEVER_A_DIMENSION, NomisFigures
from gapwatch.study.periods import PeriodError, Span, read_span
from gapwatch.study.source_base import Publishers

if TYPE_CHECKING:
    from gapwatch.sources.http import Client

OF = "areas, dates and cells"
_AROUND = ("date", "geography_code", "geography_name")
_VALUE = ("obs_value", "obs_status", "obs_status_name", "record_count")
_TEXTS = (*_AROUND, *_VALUE[:-1])
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
_NORMAL = "A"
"""Nomis's status of a value that nothing is to be said of."""
_SHOWN = 300


@dataclass(frozen=True)
class _Date:
    """One date of a dataset: Nomis's code for it, and what is published."""

    code: str
    period: str
    span: Span


@dataclass(frozen=True)
class _Cells:
    """What is asked of a dataset: its dates, and of each dimension Nomis's numbers by figure."""

    dates: dict[str, _Date]
    numbers: dict[str, dict[str, str]]
    headings: dict[str, str]

    def of(self, dimension: str) -> tuple[str, ...]:
        """Each number of a dimension once, in the order of the figures."""
        return tuple(dict.fromkeys(found[dimension] for found in self.numbers.values()))


def fetch(
    source: NomisFigures, client: Client, publishers: Publishers, known: Known = nothing_known
) -> tuple[Payload, ...]:
    """Answers of the roles types, areas, dataset, dates, cells-DIMENSION and data-0001 and on.

    Dates and cells are asked for by the codes that the definitions give, so that an address says
    what was asked, and `latest` is a date. Raises ValidationError for a dimension, cell or date
    that the dataset doesn't have; the rest as gapwatch.sources.nomis.fetch.
    """
    base = nomis_api.base_of(source, publishers)
    told = [nomis_api.definition(client, base, "", "dataset")]
    _require_dimensions(source, told[0].content)
    told.append(nomis_api.definition(client, base, "/time", "dates"))
    told += [
        nomis_api.definition(client, base, f"/{name}", _role(name)) for name in source.dimensions
    ]
    cells = _cells(source, told)
    sent, within, number = nomis_api.ask_areas(source, client, base, known)
    asked = {
        "geography": within,
        "date": ",".join(cells.dates),
        **{name: ",".join(cells.of(name)) for name in source.dimensions},
    }
    rows = number * _each(source, cells)
    data = nomis_api.ask_data(
        source, client, base, asked, _fields(source), rows, texts=_TEXTS, of=OF
    )
    return (*sent, *told, *data)


def parse(source: NomisFigures, payloads: tuple[Payload, ...]) -> dict[str, pd.DataFrame]:
    """The table area_figure: a row for each area, date and figure.

    A value is missing where Nomis says by its status that it is; a blank without such a word is
    refused. Raises as `fetch`, and SourceError unless every row is there once.
    """
    _require_dimensions(source, one(payloads, "dataset", source.id).content)
    cells = _cells(source, payloads)
    frame, areas = nomis_api.read_data(
        source, payloads, _fields(source), _each(source, cells), texts=_TEXTS, of=OF
    )
    asked: dict[str, set[Any]] = {
        "geography_code": areas,
        "date": set(cells.dates),
        **{name: set(map(int, cells.of(name))) for name in source.dimensions},
    }
    where = f"{source.id}, all pages"
    nomis_api.require_complete(where, frame, asked, of="area, date and cell")
    frame["value"] = [
        _value(value, status, f"{source.id}, row {row}")
        for value, status, row in zip(
            frame["obs_value"], frame["obs_status"], frame["row"], strict=True
        )
    ]
    found = pd.concat(
        [_figure(source, cells, frame, name) for name in source.figures], ignore_index=True
    )
    return {AREA_FIGURE.name: tables.canonical(AREA_FIGURE, found, source.id)}


def _figure(source: NomisFigures, cells: _Cells, frame: pd.DataFrame, name: str) -> pd.DataFrame:
    mine = frame
    for dimension, number in cells.numbers[name].items():
        mine = mine[mine[dimension] == int(number)]
    dates = [cells.dates[code] for code in mine["date"]]
    note = mine["obs_status_name"].where(mine["obs_status"] != _NORMAL, "")
    return pd.DataFrame(
        {
            "geography": source.geography,
            "area_code": mine["geography_code"],
            "area_name": mine["geography_name"].where(
                mine["geography_name"] != "", mine["geography_code"]
            ),
            "figure": name,
            "period": [date.period for date in dates],
            "first_day": [date.span.first.isoformat() for date in dates],
            "last_day": [date.span.last.isoformat() for date in dates],
            "value": mine["value"],
            "lower95": None,
            "upper95": None,
            "heading": cells.headings[name],
            "value_note": note.where(note != "", None),
        }
    )


def _value(text: str, status: str, where: str) -> float | None:
    if text == "" and status not in ("", _NORMAL):
        return None
    if _NUMBER.fullmatch(text) is None:
        found = repr(text)[:100] if text else "a blank, which is not zero"
        refuse(f"{where}, column OBS_VALUE", "a number, or a status that says why not", found)
    return float(text)


def _fields(source: NomisFigures) -> tuple[str, ...]:
    return (*_AROUND, *source.dimensions, *_VALUE)


def _each(source: NomisFigures, cells: _Cells) -> int:
    """How many rows each area has."""
    return len(cells.dates) * math.prod(len(cells.of(name)) for name in source.dimensions)


def _cells(source: NomisFigures, payloads: Sequence[Payload]) -> _Cells:
    """What the study asks for, in Nomis's codes, by the definitions that were sent."""
    held = {
        name: _named(source, payloads, _role(name), f"{name} of {source.dataset}")
        for name in source.dimensions
    }
    numbers: dict[str, dict[str, str]] = {}
    headings: dict[str, str] = {}
    for figure in source.figures:
        wanted = source.of(figure)
        key = f"figures.{figure}"
        numbers[figure] = {
            name: _number_of(source, f"{key}.{name}", wanted[name], held[name])
            for name in source.dimensions
        }
        told = [held[name][numbers[figure][name]] for name in source.dimensions]
        headings[figure] = "; ".join(told)
    return _Cells(_dates(source, payloads), numbers, headings)


def _role(dimension: str) -> str:
    """The role under which the codes of a dimension are pinned."""
    return f"cells-{dimension.replace('_', '-')}"


def _named(
    source: NomisFigures, payloads: Sequence[Payload], role: str, what: str
) -> dict[str, str]:
    """Nomis's words by its codes, in its order."""
    where = f"{source.id}, {what}"
    found = {}
    for code in nomis_api.codes_of(one(payloads, role, where).content, where):
        found[str(dig(code, "value"))] = words(dig(code, "description", "value"))
    return found


def _number_of(source: NomisFigures, key: str, wanted: str, held: Mapping[str, str]) -> str:
    same = [code for code, told in held.items() if _plain(told) == _plain(wanted)]
    if len(same) == 1:
        return same[0]
    if not same and wanted in held and wanted.isdecimal():
        return wanted
    if same:
        raise _wrong(source, key, f"{wanted!r} once, or its number", f"it {len(same)} times", "")
    near = difflib.get_close_matches(wanted, held.values(), n=1, cutoff=0.3)
    told = "; ".join(held.values())[:_SHOWN]
    raise _wrong(source, key, f"a cell of it: {told}", repr(wanted), near[0] if near else "")


def _plain(text: str) -> str:
    """Words without capitals, and without the blanks that stand around colons or not."""
    return re.sub(r" ?: ?", ":", " ".join(text.split())).casefold()


def _dates(source: NomisFigures, payloads: Sequence[Payload]) -> dict[str, _Date]:
    """The dates that are asked for by Nomis's code, in order of time."""
    held = _named(source, payloads, "dates", f"dates of {source.dataset}")
    found = {}
    for wanted in source.dates:
        code = _latest(held) if wanted == LATEST else wanted
        if code not in held:
            near = difflib.get_close_matches(code, held, n=1, cutoff=0.3)
            told = ", ".join([*held][-12:])
            raise _wrong(
                source,
                "dates",
                f"dates of {source.dataset}, the last of them {told}",
                repr(code),
                near[0] if near else "",
            )
        found[code] = _date(source, code, held[code])
    return dict(sorted(found.items(), key=lambda item: (item[1].span.last, item[0])))


def _latest(held: Mapping[str, str]) -> str:
    """The code of the date that ends last, of those that can be read; the last one listed else."""
    ends = {}
    for code, told in held.items():
        try:
            ends[code] = read_span(told or code, monthly=True).last
        except PeriodError:
            continue
    return max(ends, key=lambda code: (ends[code], code)) if ends else [*held][-1]


def _date(source: NomisFigures, code: str, told: str) -> _Date:
    try:
        return _Date(code, told or code, read_span(told or code, monthly=True))
    except PeriodError as error:
        refuse(f"{source.id}, date {code} of {source.dataset}", error.expected, error.found)


def _require_dimensions(source: NomisFigures, content: bytes) -> None:
    """Refuse a study that names a dimension that there isn't, or leaves one out."""
    where = f"{source.id}, {source.dataset}"
    families = dig(json_of(content, where), "structure", "keyfamilies", "keyfamily")
    first = families[0] if isinstance(families, list) and families else families
    listed = dig(first, "components", "dimension")
    if not isinstance(listed, list):
        refuse(where, "a dataset with its dimensions", "none: is there such a dataset?")
    held = [words(dig(part, "conceptref")).casefold() for part in listed]
    held = [name for name in held if name and name not in NEVER_A_DIMENSION]
    for name in source.dimensions:
        if name not in held:
            near = difflib.get_close_matches(name, held, n=1, cutoff=0.3)
            told = f"a dimension of {source.dataset}: {', '.join(held)}"
            raise _wrong(source, "figures", told, repr(name), near[0] if near else "")
    lacking = [name for name in held if name not in source.dimensions]
    if lacking:
        raise _wrong(
            source, "figures", "a cell of each dimension", f"none of {', '.join(lacking)}", ""
        )


def _wrong(source: NomisFigures, key: str, expected: str, found: str, near: str) -> ValidationError:
    return ValidationError(
        f"sources, {source.id}, {key}",
        expected=expected,
        found=found,
        remedy=f"did you mean {near!r}?" if near else f"correct {key} of the source in the study",
    )

"""What a study says of initiatives: the register, and what was expected of each."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gapwatch.contracts import IDENTIFIER, ONS_CODE, WHEN
from gapwatch.study.base import Code, OptionalText, Part, Slug, Text, Year

DEATHS = "deaths"
"""The indicator that every study has: deaths per resident, from the table `population_deaths`."""
_SHOWN = 12
Fault = tuple[str, str, str, str]
"""The key, what was expected, what was found, and what to do ("" to correct the key)."""


def _as_text(value: Any) -> Any:
    """A year or a day may stand without quotes in the file."""
    if isinstance(value, (bool, dt.datetime)):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else value


Identifier = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
When = Annotated[str, BeforeValidator(_as_text), Field(pattern=f"^{WHEN}$")]
Place = Annotated[str, Field(min_length=1, max_length=60)]


class Initiative(Part):
    """Something that is done, as published or as its register has it.

    `areas` are codes of the study's areas, names of its zones, or the code of the whole place.
    `starts_on` and `ends_on` are a year, a month or a day, as precise as they are known, and empty
    where nobody states them. `where_basis` says what the areas are; with `not-stated` there are
    none. `areas_chosen` says how they were picked: `worst` for their figures. `reference` says
    where all this is stated.
    """

    id: Identifier
    title: Text
    led_by: OptionalText = ""
    theme: Slug | Literal[""] = ""
    starts_on: When = ""
    ends_on: When = ""
    areas: tuple[Place, ...] = ()
    where_basis: Literal["delivery", "residents", "office", "whole-place", "not-stated"]
    areas_chosen: Literal["worst", "random", "other", "not-stated"] = "not-stated"
    reference: Text


class Expectation(Part):
    """What is expected of an initiative, written down before it starts.

    The rate of `indicator` changes by `size_percent` in `direction`, against the areas compared
    with, from the years `before` to the years `after`; the last is the year by when. `comparators`
    are codes or zones, or `rest` for all areas without the initiative. A change after it was
    registered is another version: a part of its own with the same `id`, the next `version` and the
    day on which that was written down; the earlier one stays as it is.
    """

    id: Slug
    version: int = Field(default=1, ge=1, le=1000)
    initiative: Identifier
    indicator: Slug
    direction: Literal["lower", "higher"]
    size_percent: float = Field(gt=0, lt=1000)
    before: tuple[Year, Year]
    after: tuple[Year, Year]
    comparators: Literal["rest"] | tuple[Place, ...] = "rest"
    design: Literal[
        "difference-in-differences",
        "stepped-wedge",
        "interrupted-time-series",
        "before-and-after",
    ] = "difference-in-differences"
    registered_on: dt.date

    def sha256(self) -> str:
        """Hash of all that it says, in a form that no order of keys and no default changes."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()


class KnownAreas:
    """The areas that a study may name: its own, its zones, the whole place."""

    def __init__(self, codes: Sequence[Code], zones: Mapping[str, Sequence[Code]], whole: Code):
        self._codes, self._zones, self.whole = tuple(codes), zones, whole

    def of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Codes of areas, zones and the whole place by name, each once, in order of the codes."""
        found: set[str] = set()
        for name in names:
            found |= set(self._zones[name]) if name in self._zones else {name}
        return tuple(sorted(found))

    def unknown(self, key: str, names: Sequence[str], *, whole: bool) -> Iterator[Fault]:
        """Names that are no area of the study, each with what it may be."""
        for number, name in enumerate(names, 1):
            if name in self._codes or name in self._zones or (whole and name == self.whole):
                continue
            near = difflib.get_close_matches(name, [*self._zones, *self._codes], n=1)
            expected = "a zone of the study or a code of geography.areas"
            other = re.fullmatch(ONS_CODE, name) and name[:3] in {code[:3] for code in self._codes}
            found = f"{name!r}, an area of another vintage or place" if other else repr(name)
            yield (
                f"{key}[{number}]",
                expected,
                found,
                f"did you mean {near[0]!r}?" if near and not other else "",
            )


def faults(
    initiatives: Sequence[Initiative],
    expectations: Sequence[Expectation],
    areas: KnownAreas,
    *,
    registers: bool,
    priorities: Sequence[str] = (),
    indicators: Sequence[str] = (),
) -> Iterator[Fault]:
    """Whatever is wrong with initiatives and expectations, in their order in the file.

    `registers`: sources bring initiatives as well, so one that isn't here may be there.
    `priorities` and `indicators` are those of the study; where it declares no priority, any theme
    will do.
    """
    seen: set[str] = set()
    for number, one in enumerate(initiatives, 1):
        key = f"initiatives[{number}] ({one.id})"
        if one.id in seen:
            yield key, "an id of its own", f"{one.id} again", ""
        seen.add(one.id)
        yield from _of_initiative(key, one, areas)
        if one.theme and priorities:
            yield from _known(f"{key}.theme", "a priority of the study", one.theme, priorities)
    by_id = {one.id: one for one in initiatives}
    versions: dict[str, list[Expectation]] = {}
    for number, told in enumerate(expectations, 1):
        key = f"expectations[{number}] ({told.id}, version {told.version})"
        yield from _of_expectation(key, told, by_id.get(told.initiative), areas)
        held = (*indicators, DEATHS)
        yield from _known(f"{key}.indicator", "an indicator of the study", told.indicator, held)
        if told.initiative not in by_id and not registers:
            near = difflib.get_close_matches(told.initiative, by_id, n=1)
            yield (
                f"{key}.initiative",
                "the id of an initiative of the study",
                repr(told.initiative),
                f"did you mean {near[0]!r}?" if near else "",
            )
        yield from _of_versions(key, told, versions.setdefault(told.id, []))
        versions[told.id].append(told)


def _known(key: str, expected: str, name: str, known: Sequence[str]) -> Iterator[Fault]:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        yield (
            key,
            f"{expected}: {', '.join(known[:_SHOWN])}",
            repr(name),
            f"did you mean {near[0]!r}?" if near else "",
        )


def _of_initiative(key: str, one: Initiative, areas: KnownAreas) -> Iterator[Fault]:
    known = min(len(one.starts_on), len(one.ends_on))
    if known and one.ends_on[:known] < one.starts_on[:known]:
        yield (
            f"{key}.ends_on",
            f"an end at or after its start, {one.starts_on}",
            one.ends_on,
            "",
        )
    if not one.areas and one.where_basis != "not-stated":
        yield (
            f"{key}.areas",
            'at least one area, or where_basis = "not-stated"',
            f'none, with where_basis = "{one.where_basis}"',
            "",
        )
    if one.areas and one.where_basis == "not-stated":
        yield f"{key}.where_basis", "what its areas are", '"not-stated" beside areas', ""
    whole = one.where_basis == "whole-place"
    if whole and one.areas != (areas.whole,):
        yield f"{key}.areas", f"the code of the whole place, {areas.whole}", str(one.areas), ""
    yield from areas.unknown(f"{key}.areas", one.areas, whole=whole)


def _of_expectation(
    key: str, told: Expectation, one: Initiative | None, areas: KnownAreas
) -> Iterator[Fault]:
    for name in ("before", "after"):
        first, last = getattr(told, name)
        if first > last:
            yield f"{key}.{name}", "a first year at or before the last", f"{first} to {last}", ""
    if told.after[0] <= told.before[1]:
        yield (
            f"{key}.after",
            f"years after those before, which end in {told.before[1]}",
            f"{told.after[0]} to {told.after[1]}",
            "",
        )
    if told.direction == "lower" and told.size_percent >= 100:  # noqa: PLR2004
        yield (
            f"{key}.size_percent",
            "less than 100 where the rate is to get lower",
            f"{told.size_percent:g}",
            "",
        )
    if told.comparators == "rest":
        return
    yield from areas.unknown(f"{key}.comparators", told.comparators, whole=False)
    both = set(areas.of(told.comparators)) & set(areas.of(one.areas if one else ()))
    if both:
        yield (
            f"{key}.comparators",
            "areas without the initiative",
            f"{', '.join(sorted(both))}, which has it too",
            "leave out the areas that have it",
        )


def _of_versions(key: str, told: Expectation, before: Sequence[Expectation]) -> Iterator[Fault]:
    if told.version != len(before) + 1:
        yield (
            f"{key}.version",
            f"{len(before) + 1}, as {len(before) or 'none'} of this id stand before it",
            str(told.version),
            "",
        )
    elif before and told.registered_on < before[-1].registered_on:
        yield (
            f"{key}.registered_on",
            f"a day not before that of version {before[-1].version}, {before[-1].registered_on}",
            str(told.registered_on),
            "",
        )
    if before and told.initiative != before[-1].initiative:
        yield (
            f"{key}.initiative",
            f"that of version {before[-1].version}, {before[-1].initiative!r}",
            repr(told.initiative),
            "give the expectation of another initiative another id",
        )

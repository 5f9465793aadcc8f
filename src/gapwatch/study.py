"""The study: gapwatch.toml read into a frozen, validated object. Unknown keys are refused."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic import ValidationError as PydanticError

from gapwatch.contracts import CODE, SLUG
from gapwatch.errors import StudyError

Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Code = Annotated[str, Field(pattern=f"^{CODE}$")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Year = Annotated[int, Field(ge=1801, le=2200)]
Probability = Annotated[float, Field(ge=0, le=1)]
Period = tuple[Year, Year]
Sex = Literal["female", "male"]
MeasureKind = Literal["pair", "pooled", "extremes", "slope"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Heading(_Part):
    """What the study is about."""

    id: Slug
    place: Text
    area_code: Code
    title: Text


class Promise(_Part):
    """Who promised what, with the figures as they were stated and where they were stated."""

    text: Text
    made_by: Text
    source: Text
    sex: Sex
    stated_worse_years: float = Field(gt=0)
    stated_better_years: float = Field(gt=0)
    stated_gap_years: float = Field(gt=0)
    baseline_period: Period
    share_of_baseline: float = Field(gt=0, lt=1)
    deadline_year: Year


class VerdictRules(_Part):
    """The thresholds of the verdict (docs/methods.md, verdict)."""

    on_track_probability: Probability = 0.8
    off_track_probability: Probability = 0.2
    wrong_direction_probability: Probability = 0.1
    target_met_probability: Probability = 0.95
    minimum_windows: int = Field(default=3, ge=3)
    stale_after_years: int = Field(default=6, ge=0)
    power: Probability = 0.8

    @model_validator(mode="after")
    def _ordered(self) -> VerdictRules:
        if self.off_track_probability >= self.on_track_probability:
            raise ValueError(
                f"off_track_probability below on_track_probability ({self.on_track_probability})"
                f"|{self.off_track_probability}"
            )
        return self


class Break(_Part):
    """A window at which the series starts anew, and why."""

    first_period: Period
    reason: Text


class Area(_Part):
    """An area and its place on the tile map, counted from the north-west."""

    code: Code
    name: Text
    row: int = Field(ge=0, lt=60)
    column: int = Field(ge=0, lt=60)


class Geography(_Part):
    """The vintage of the areas, the areas, what else is shown beside them, the breaks."""

    vintage: Slug
    deprivation: Literal["imd2007_average_score", "imd2010_average_score"]
    comparators: tuple[Code, ...] = ()
    areas: tuple[Area, ...] = Field(min_length=2)
    breaks: tuple[Break, ...] = ()


class Zone(_Part):
    """A named set of areas."""

    name: Text
    definition: Text
    areas: tuple[Code, ...]


class Measure(_Part):
    """One fully specified gap."""

    id: Slug
    title: Text
    kind: MeasureKind
    worse: str = ""
    better: str = ""
    primary: bool = False
    baseline_period: Period | None = None


class Simulation(_Part):
    """Seed and number of draws of the simulated quantities."""

    seed: int = Field(ge=0)
    draws: int = Field(default=20_000, ge=1000, le=1_000_000)


class Source(_Part):
    """An input: the pin that holds it, its table, when more is expected, what to beware of."""

    id: Slug
    table: Literal["area_reference", "life_expectancy", "population_deaths"]
    next_expected: Text
    note: str = Field(default="", max_length=1000)


class Study(_Part):
    """A whole study. `sha256` is that of the file's bytes; `root` is the folder it stands in."""

    study: Heading
    promise: Promise
    verdict: VerdictRules = VerdictRules()
    geography: Geography
    zones: dict[Slug, Zone]
    measures: tuple[Measure, ...] = Field(min_length=1)
    simulation: Simulation
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def primary(self) -> Measure:
        """The measure of the headline."""
        return next(measure for measure in self.measures if measure.primary)

    @property
    def area_names(self) -> dict[str, str]:
        """Names of the study's areas by code."""
        return {area.code: area.name for area in self.geography.areas}

    def side(self, name: str) -> tuple[str, ...]:
        """Codes of the areas of one side: a zone's areas, or the one area."""
        return self.zones[name].areas if name in self.zones else (name,)

    def side_name(self, name: str) -> str:
        """Name of one side, for readers."""
        return self.zones[name].name if name in self.zones else self.area_names[name]

    def zone_of(self, code: str) -> str:
        """Key of the first zone that holds the area, or "" when none does."""
        return next((key for key, zone in self.zones.items() if code in zone.areas), "")

    def baseline_period(self, measure: Measure) -> Period:
        """Baseline window of a measure: its own, or the promise's."""
        return measure.baseline_period or self.promise.baseline_period


def load(path: Path) -> tuple[Study, str]:
    """Read a study file; return the study and the SHA-256 of its bytes.

    Raises StudyError, which names the file, the key, what was expected and what was found.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StudyError(
            str(path), expected="a study file that can be read", found=str(error.strerror),
            remedy="name the study with --study, or run where gapwatch.toml is",
        ) from error  # fmt: skip
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, "the file", "TOML in UTF-8", str(error)) from error
    try:
        study = Study.model_validate(content)
    except PydanticError as error:
        raise _from_pydantic(path, error) from error
    _check_areas(path, study)
    _check_measures(path, study)
    return study, hashlib.sha256(raw).hexdigest()


def _wrong(path: Path, key: str, expected: str, found: str, remedy: str = "") -> StudyError:
    return StudyError(
        f"{path.name}, {key}", expected=expected, found=found,
        remedy=remedy or f"correct {key} in {path}",
    )  # fmt: skip


def _key_name(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _from_pydantic(path: Path, error: PydanticError) -> StudyError:
    # A misspelt key is both unknown and missing: the unknown one tells the reader more.
    first = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    location = first["loc"]
    key = _key_name(location) or "the file"
    if first["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"remove it from {path}"
        return _wrong(path, key, f"one of {', '.join(known)}", "a key that is not known", remedy)
    if first["type"] == "missing":
        return _wrong(path, key, "a value", "nothing", f"add {location[-1]!r} to {path}")
    message = first["msg"]
    if first["type"] == "value_error":
        expected, _, found = message.removeprefix("Value error, ").partition("|")
        return _wrong(path, key, expected, found)
    return _wrong(path, key, message.lower(), repr(first["input"]))


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys that the model at this place accepts; walks the annotations, so it can't go stale."""
    model: Any = Study
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
        else:
            model = get_args(model)[-1 if get_origin(model) is dict else 0]
        if get_origin(model) in (Union, UnionType):
            model = get_args(model)[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    return []


def _check_areas(path: Path, study: Study) -> None:
    codes = [area.code for area in study.geography.areas]
    for number, code in enumerate(codes, 1):
        if code in codes[: number - 1]:
            raise _wrong(path, f"geography.areas[{number}]", "each area once", f"{code} again")
    places = [(area.row, area.column) for area in study.geography.areas]
    for number, place in enumerate(places, 1):
        if place in places[: number - 1]:
            raise _wrong(
                path, f"geography.areas[{number}]", "a tile of its own",
                f"row {place[0]}, column {place[1]} taken twice",
            )  # fmt: skip
    for key, zone in study.zones.items():
        if not zone.areas:
            raise _wrong(path, f"zones.{key}.areas", "at least one area", "none")
        for number, code in enumerate(zone.areas, 1):
            where = f"zones.{key}.areas[{number}]"
            if code not in codes:
                raise _unknown_area(path, where, code, study)
            if code in zone.areas[: number - 1]:
                raise _wrong(path, where, "each area once", f"{code} again")


def _unknown_area(path: Path, where: str, found: str, study: Study) -> StudyError:
    known = [*study.zones, *study.area_names]
    near = difflib.get_close_matches(found, known, n=1)
    return _wrong(
        path, where, "a zone of the study or a code of geography.areas", repr(found),
        f"did you mean {near[0]!r}?" if near else "add the area to geography.areas",
    )  # fmt: skip


def _check_measures(path: Path, study: Study) -> None:
    ids = [measure.id for measure in study.measures]
    for number, measure in enumerate(study.measures, 1):
        where = f"measures[{number}] ({measure.id})"
        if measure.id in ids[: number - 1]:
            raise _wrong(path, where, "an id of its own", f"{measure.id} again")
        sided = measure.kind in ("pair", "pooled")
        for name in ("worse", "better"):
            side = getattr(measure, name)
            if sided and side not in study.zones and side not in study.area_names:
                raise _unknown_area(path, f"{where}.{name}", side, study)
            if not sided and side:
                raise _wrong(path, f"{where}.{name}", f"no side: {measure.kind} takes all areas",
                             repr(side))  # fmt: skip
            if measure.kind == "pair" and side in study.zones:
                raise _wrong(path, f"{where}.{name}", "one area: a pair compares two areas",
                             f"the zone {side!r}", 'use kind = "pooled" for zones')  # fmt: skip
        both = set(study.side(measure.worse)) & set(study.side(measure.better)) if sided else set()
        if both:
            raise _wrong(path, where, "two sides with no area in common",
                         f"{', '.join(sorted(both))} on both sides")  # fmt: skip
    count = sum(measure.primary for measure in study.measures)
    if count != 1:
        raise _wrong(path, "measures", "one measure with primary = true", str(count))

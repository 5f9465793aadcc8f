"""What a study may say: frozen models that refuse unknown keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, field_validator, model_validator

from gapwatch.contracts import EVERY_SEX
from gapwatch.errors import StudyError, UnfitError
from gapwatch.study.alerts import Alerts
from gapwatch.study.areas import (
    Geography,
    Zone,
)
from gapwatch.study.base import (
    Code,
    MeasureKind,
    OptionalText,
    Part,
    Period,
    Probability,
    Sex,
    Slug,
    Text,
    Year,
)
from gapwatch.study.code_forms import CodeForms
from gapwatch.study.computed import Computed
from gapwatch.study.disclosure import Disclosure
from gapwatch.study.fonts import MOST_FONTS, Font, Typeface
from gapwatch.study.initiatives import Expectation, Initiative, KnownAreas
from gapwatch.study.priorities import EvidenceGap, Indicator, Localities, Priority
from gapwatch.study.promise import Promise, newest
from gapwatch.study.site import Site
from gapwatch.study.source_base import Publishers
from gapwatch.study.sources import Accepted, Correction, Source
from gapwatch.study.words import Words


class Heading(Part):
    """What the study is about; `invented` says so where the place is none, on every page.

    `sexes` are those that published life expectancy is of: female and male, persons alone (both
    sexes together), or all three. Persons are never made of the others, nor compared with them.
    """

    id: Slug
    place: Text
    area_code: Code
    title: Text
    invented: OptionalText = ""
    sexes: tuple[Sex, ...] = Field(default=("female", "male"), min_length=1)

    @field_validator("sexes")
    @classmethod
    def _once(cls, sexes: tuple[Sex, ...]) -> tuple[Sex, ...]:
        if len(set(sexes)) != len(sexes):
            raise UnfitError("each sex once", ", ".join(sexes))
        return sexes


NOT_STATED, NOT_ASSURED, NOT_APPROVED = "not stated", "not assured", "not approved"
NOBODY = ("", NOT_STATED, NOT_ASSURED, NOT_APPROVED)


class People(Part):
    """Who stands behind the figures; what is empty is reported as not stated, or not done.

    `contact` is an address that a reader can write to or call. A report without an analyst and an
    approver is marked as a draft.
    """

    contact: OptionalText = ""
    commissioned_by: OptionalText = ""
    analysed_by: OptionalText = ""
    assured_by: OptionalText = ""
    approved_by: OptionalText = ""

    def told(self) -> dict[str, str]:
        """The words for a reader: a name, or that there is none."""
        return {
            "contact": self.contact or NOT_STATED,
            "commissioned_by": self.commissioned_by or NOT_STATED,
            "analysed_by": self.analysed_by or NOT_STATED,
            "assured_by": self.assured_by or NOT_ASSURED,
            "approved_by": self.approved_by or NOT_APPROVED,
        }


class Thresholds(Part):
    """Where the verdict's lines are drawn; the defaults are those of docs/methods.md, verdict.

    `target_met_probability` is the certainty asked before "target met" is said.
    """

    on_track_probability: Probability = 0.8
    off_track_probability: Probability = 0.2
    wrong_direction_probability: Probability = 0.1
    target_met_probability: Probability = 0.95
    minimum_windows: int = Field(default=3, ge=3)  # two windows always make a perfect line
    stale_after_years: int = Field(default=6, ge=0)
    power: Probability = 0.8

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if self.off_track_probability >= self.on_track_probability:
            raise UnfitError(
                f"off_track_probability below on_track_probability ({self.on_track_probability})",
                str(self.off_track_probability),
            )
        return self


class Measure(Part):
    """One fully specified gap."""

    id: Slug
    title: Text
    kind: MeasureKind
    worse: str = ""
    better: str = ""
    primary: bool = False
    baseline_period: Period | None = None


class ProjectionRules(Part):
    """Priors of the projection: the slope, the yearly step, and one-year shocks to set aside.

    `shocks` maps calendar years, such as pandemic years, to the prior standard deviation of an
    excess in that year alone, in years of gap.
    """

    slope_sd_years_per_year: float = Field(default=0.5, gt=0, lt=10)
    step_sd_scale_years: float = Field(default=0.25, gt=0, lt=10)
    shocks: dict[Year, Annotated[float, Field(gt=0, lt=20)]] = Field(default={})


class Simulation(Part):
    """Seed and number of draws of the simulated quantities."""

    seed: int = Field(ge=0, lt=2**64)
    draws: int = Field(default=20_000, ge=1000, le=1_000_000)


class Study(Part):
    """A whole study, as one file describes it."""

    study: Heading
    promises: tuple[Promise, ...] = ()
    promise: Promise
    people: People = People()
    words: Words = Words()
    verdict: Thresholds = Thresholds()
    projection: ProjectionRules = ProjectionRules()
    geography: Geography
    zones: dict[Slug, Zone]
    measures: tuple[Measure, ...] = Field(min_length=1)
    simulation: Simulation
    publishers: Publishers = Publishers()
    sources: tuple[Source, ...] = Field(min_length=1)
    corrections: tuple[Correction, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    computed: Computed | None = None
    alerts: Alerts = Alerts()
    site: Site = Site()
    disclosure: Disclosure | None = None
    initiatives: tuple[Initiative, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    priorities: tuple[Priority, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    evidence_gaps: tuple[EvidenceGap, ...] = ()
    localities: Localities | None = None
    fonts: tuple[Font, ...] = Field(default=(), max_length=MOST_FONTS)
    _typefaces: tuple[Typeface, ...] = PrivateAttr(default=())

    @model_validator(mode="before")
    @classmethod
    def _decides(cls, content: Any) -> Any:
        """Of several versions of a promise the newest decides, until a day is named (known_at)."""
        told = content.get("promises") if isinstance(content, Mapping) else None
        if not told or "promise" in content:
            return content
        return {**content, "promise": newest(told) if isinstance(told, Sequence) else told}

    def known_at(self, day: dt.date) -> Study:
        """The study with the promise that was in force on a day, and what was stated by then.

        Raises StudyError where no version had been stated, and for a baseline that isn't over.
        """
        if not self.promises:
            self.promise.require_past_baseline(day)
            return self
        stated = tuple(one for one in self.promises if one.stated_by <= day)
        if not stated:
            first = min(self.promises, key=lambda one: one.stated_by)
            raise StudyError(
                "promises",
                expected=f"a version of the promise that was stated by {day.isoformat()}",
                found=f"the first was stated on {first.stated_on}",
                remedy="take a snapshot of a later day, or say when the promise was first made",
            )
        return self.model_copy(update={"promises": stated, "promise": newest(stated)})

    @property
    def typefaces(self) -> tuple[Typeface, ...]:
        """The declared fonts as they were read with the study."""
        return self._typefaces

    def with_typefaces(self, found: tuple[Typeface, ...]) -> Study:
        """The same study, which knows the fonts that it declares."""
        self._typefaces = found
        return self

    @property
    def closing(self) -> Disclosure:
        """When years of restricted deaths are closed: as the study says, or by default."""
        return self.disclosure or Disclosure()

    @property
    def level_beside(self) -> str | None:
        """The level that may be told of restricted deaths beside the study's own."""
        levels = [level.geography for level in self.computed.levels] if self.computed else []
        others = [name for name in levels if name not in (self.geography.vintage, "borough")]
        also = self.closing.also
        if also is None:
            return others[0] if others else None
        return also if also in others else None

    @property
    def primary(self) -> Measure:
        """The measure of the headline."""
        return next(measure for measure in self.measures if measure.primary)

    @property
    def whole(self) -> Measure | None:
        """The first measure whose two sides hold every area: what priorities are compared by."""
        every = set(self.area_names)
        for measure in self.measures:
            if measure.kind in ("pair", "pooled"):
                both = {*self.side(measure.worse), *self.side(measure.better)}
                if both == every:
                    return measure
        return None

    @property
    def area_names(self) -> dict[str, str]:
        """Names of the study's areas by code."""
        return {area.code: area.name for area in self.geography.areas}

    @property
    def area_codes(self) -> CodeForms:
        """The forms of its codes, by kind of area."""
        return CodeForms(self.geography.code_pattern, self.geography.code_patterns)

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes of its published figures, in the order of every table."""
        return tuple(sex for sex in EVERY_SEX if sex in self.study.sexes)

    @property
    def named_areas(self) -> KnownAreas:
        """The areas that initiatives and expectations may name."""
        zones = {key: zone.areas for key, zone in self.zones.items()}
        return KnownAreas(tuple(self.area_names), zones, self.study.area_code)

    def with_held(self, tables: Collection[str]) -> Study:
        """The study as the tables that a snapshot holds let it be.

        A study whose own life tables decide may ask for deaths that aren't pinned yet: then
        published figures decide, as if it computed none.
        """
        asks = any(source.table == "deaths" for source in self.sources)
        if self.computed is None or not self.computed.decides or not asks or "deaths" in tables:
            return self
        return self.model_copy(update={"computed": None})

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

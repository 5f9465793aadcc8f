"""What the tables of initiatives hold, as frozen rows."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from gapwatch.reporting.evidence.rows import Tables, records


@dataclass(frozen=True)
class Registered:
    """One row of the table `initiative`: an initiative in one of its areas."""

    initiative: str
    area_code: str
    title: str
    led_by: str
    theme: str
    starts_on: str
    ends_on: str
    where_basis: str
    reference: str


@dataclass(frozen=True)
class Effect:
    """One row of the table `effect`."""

    initiative: str
    expectation: str
    version: int
    verdict: str
    reason: str
    flags: str
    maryland_level: int
    areas: int
    areas_compared: int
    effect_percent: float | None
    effect_lower95_percent: float | None
    effect_upper95_percent: float | None
    p_expected: float | None
    p_either: float | None
    sets: int
    placebos: str
    lead_percent: float | None
    lead_p: float | None
    regression_percent: float | None


@dataclass(frozen=True)
class DetectableRow:
    """One row of the table `detectable`."""

    indicator: str
    areas: int
    before_start: int
    before_end: int
    after_start: int
    after_end: int
    direction: str
    expectation: str
    version: int
    areas_compared: int
    placebo_sets: int
    placebos: str
    count_a_year: float | None
    smallest_percent: float | None
    stated_percent: float | None
    power_of_stated: float | None
    reason: str


@dataclass(frozen=True)
class Expected:
    """One row of the table `expectation`."""

    expectation: str
    version: int
    initiative: str
    indicator: str
    direction: str
    size_percent: float
    before_start: int
    before_end: int
    after_start: int
    after_end: int
    registered_on: str


@dataclass(frozen=True)
class Proof:
    """One row of the table `registration`."""

    expectation: str
    version: int
    registered_on: str
    first_known_at: str
    proof: str


@dataclass(frozen=True)
class Overlap:
    """One row of the table `initiative_overlap`."""

    initiative: str
    other: str
    theme: str
    area_code: str
    time_known: str


@dataclass(frozen=True)
class Cell:
    """One row of the table `initiative_cell`."""

    theme: str
    area_code: str
    initiatives: int
    indicators: int
    indicators_worst_quarter: int | None
    need_without_initiative: bool


@dataclass(frozen=True)
class Register:
    """Every table of initiatives; a table that isn't there has no rows."""

    areas: list[Registered]
    effects: list[Effect]
    seen: list[DetectableRow]
    expected: list[Expected]
    proofs: list[Proof]
    overlaps: list[Overlap]
    cells: list[Cell]

    @property
    def initiatives(self) -> dict[str, list[Registered]]:
        """Rows by initiative."""
        found: dict[str, list[Registered]] = {}
        for row in self.areas:
            found.setdefault(row.initiative, []).append(row)
        return found

    def version(self, effect: Effect) -> Expected | None:
        """The version of the expectation that a verdict is about."""
        key = (effect.expectation, effect.version)
        return next((e for e in self.expected if (e.expectation, e.version) == key), None)

    def could(self, effect: Effect) -> DetectableRow | None:
        """What could have been seen of it."""
        key = (effect.expectation, effect.version)
        return next((s for s in self.seen if (s.expectation, s.version) == key), None)


@dataclass(frozen=True)
class Bar:
    """One expectation: its name, the effect with its limits, the stated and smallest change, %."""

    name: str
    verdict: str
    value: float
    lower: float
    upper: float
    stated: float
    smallest: float | None


def register(tables: Tables) -> Register:
    """The tables of initiatives as the release holds them."""

    def of(name: str) -> pd.DataFrame:
        return tables.get(name, pd.DataFrame())

    return Register(
        records(Registered, of("initiative")),
        records(Effect, of("effect")),
        records(DetectableRow, of("detectable")),
        records(Expected, of("expectation")),
        records(Proof, of("registration")),
        records(Overlap, of("initiative_overlap")),
        records(Cell, of("initiative_cell")),
    )

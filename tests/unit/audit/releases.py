"""Releases of the shipped study, changed in one way or another, and what a ledger must satisfy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

import pandas as pd

from gapwatch import snapshots, study, tables
from gapwatch.audit.revisions.figures import Figures, Key, published
from gapwatch.audit.revisions.ledger import Basis
from gapwatch.contracts import GAP, LIFE_EXPECTANCY, LOOKUP, VERDICT
from gapwatch.gap.assessment import judge
from gapwatch.gap.measures import measure_gaps
from gapwatch.gap.verdict_table import verdict_table
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import Study

Inputs = dict[str, pd.DataFrame]
Rows = Callable[[pd.DataFrame], Any]
HEADLINE = ("north-v-knightsbridge", "male")
YEAR = 2016  # a release for which the shipped windows are not too old


@dataclass(frozen=True)
class Release:
    """A study and data, with what a release of them by today's code publishes."""

    study: Study
    inputs: Inputs
    year: int = YEAR

    @property
    def basis(self) -> Basis:
        return Basis(self.study, self.year, lambda _: self.inputs)

    @cached_property
    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        gaps = measure_gaps(self.study, self.inputs)
        return gaps, verdict_table(judge(self.study, gaps, self.year))

    @cached_property
    def files(self) -> dict[str, bytes]:
        gaps, verdicts = self.frames
        return {
            "data/gap.csv": tables.to_csv(GAP.coded, gaps),
            "data/verdict.csv": tables.to_csv(VERDICT.coded, verdicts),
        }

    @cached_property
    def published(self) -> dict[Key, str]:
        return published(self.files)


def shipped_release(shipped: Project) -> Release:
    """The shipped study and snapshot as of YEAR, with fewer draws of what is simulated."""
    loaded, _ = study.load(shipped.study_file)
    fewer = loaded.simulation.model_copy(update={"draws": 1000})
    loaded = loaded.model_copy(update={"simulation": fewer})
    inputs = load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)
    return Release(loaded, by_year(inputs))


def by_year(inputs: Inputs) -> Inputs:
    """What was published by YEAR."""
    return kept(inputs, lambda frame: frame["period_end"] <= YEAR)


def gap_of(period: str) -> Key:
    return Key("gap", "", *HEADLINE, period, "gap_years")


def kept(inputs: Inputs, rows: Rows) -> Inputs:
    frame = inputs["life_expectancy"]
    return {**inputs, "life_expectancy": frame[rows(frame)].reset_index(drop=True)}


def with_other_target(old: Study) -> Study:
    return old.model_copy(
        update={"promise": old.promise.model_copy(update={"share_of_baseline": 0.6})}
    )


def with_other_zone(old: Study) -> Study:
    north = old.zones["north"]
    fewer = north.model_copy(update={"areas": north.areas[:-1]})
    return old.model_copy(update={"zones": {**old.zones, "north": fewer}})


def with_more_people(inputs: Inputs) -> Inputs:
    """Other estimates of one northern ward's residents."""
    frame = inputs["population_deaths"].copy()
    frame.loc[frame["area_code"] == "E05000634", "population_persons"] += 1500
    return {**inputs, "population_deaths": frame}


def with_revised_value(inputs: Inputs) -> Inputs:
    """Knightsbridge and Belgravia lives half a year longer in 2005 to 2009, the baseline."""
    frame = inputs["life_expectancy"].copy()
    row = (
        (frame["area_code"] == "E05000637")
        & (frame["sex"] == "male")
        & (frame["period_start"] == 2005)
    )
    assert row.sum() == 1
    for column in ("life_expectancy_years", "lower95_years", "upper95_years"):
        frame.loc[row, column] += 0.5
    return {**inputs, "life_expectancy": tables.canonical(LIFE_EXPECTANCY, frame, "made")}


def by_other_code(found: Figures) -> dict[Key, str]:
    """The figures as code with another normal quantile for the limits would have given them."""

    def other(key: Key, value: str) -> str:
        if key.table == "gap" and key.figure == "lower95_years" and value:
            return tables.csv_text(round(float(value) - 0.0123, 6))
        return value

    return {key: other(key, value) for key, value in found.items()}


def with_msoas(release: Release, *, moved: bool = False) -> Inputs:
    """The wards' newest figures on areas of their own, one made of each ward's one small area.

    `moved` swaps the small areas of Church Street, in the north, and Churchill, in the south.
    """
    wards = [area.code for area in release.study.geography.areas]
    published = release.inputs["life_expectancy"]
    mine = (published["geography"] == "ward2011") & (published["period_end"] == 2014)
    msoas = published[mine].assign(geography="msoa2021")
    msoas["area_code"] = msoas["area_code"].str.replace("E05", "E02")
    chains = (
        ("lsoa2021-to-msoa2021", "lsoa2021", "E01", "msoa2021", "E02"),
        ("lsoa2011-to-lsoa2021", "lsoa2011", "E01", "lsoa2021", "E01"),
        ("lsoa2011-to-ward2011", "lsoa2011", "E01", "ward2011", "E05"),
    )
    rows = [
        (name, one, ward.replace("E05", small), other, ward.replace("E05", large), 1.0)
        for name, one, small, other, large in chains
        for ward in wards
    ]
    lookup = pd.DataFrame(rows, columns=list(LOOKUP.names[:6])).assign(from_name=None, to_name=None)
    if moved:
        swapped = {"E05000634": "E05000633", "E05000633": "E05000634"}
        lookup["to_code"] = lookup["to_code"].replace(swapped)
    every = pd.concat([published, msoas], ignore_index=True)
    return {
        **release.inputs,
        "lookup": tables.canonical(LOOKUP, lookup, "made"),
        "life_expectancy": tables.canonical(LIFE_EXPECTANCY, every, "made"),
    }


def require_exact(found: pd.DataFrame, before: Figures, after: Figures) -> None:
    """Every number that differs is there, nothing else is, and its changes add up exactly."""
    place = ["table_name", "geography", "measure", "sex", "period", "figure"]
    seen = set()
    for key, rows in found.groupby(place, sort=False):
        where = Key(*map(str, key))
        old, new = before.get(where, ""), after.get(where, "")
        seen.add(where)
        assert list(rows["from_value"]) == [old, *rows["to_value"].iloc[:-1]]
        assert rows["to_value"].iloc[-1] == new
        assert rows["step"].is_monotonic_increasing
        changes = [tables.csv_text(change) for change in rows["change"]]
        if is_number(old) and is_number(new):
            assert sum(map(Decimal, changes)) == Decimal(new) - Decimal(old)
    differ = {key for key in {*before, *after} if before.get(key, "") != after.get(key, "")}
    assert seen == differ


def is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False

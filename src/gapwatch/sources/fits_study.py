"""Whether a study and the data fit: everything that it names must be there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from gapwatch.contracts import INPUTS
from gapwatch.errors import StudyError, ValidationError
from gapwatch.study import Period, Study, restricted_tables

Frames = Mapping[str, pd.DataFrame]
OF_OWN = ("area_reference",)
COUNTED = ("deaths", "population")
PUBLISHED = "life_expectancy"


def require_tables(study: Study, held: Collection[str]) -> None:
    """Refuse a study that lacks sources for the tables that it needs; StudyError tells all of them.

    Every study needs areas, published life expectancy and yearly totals; where its own life tables
    decide nothing need be published. One that computes life tables needs deaths and residents by
    age, both or, where published figures decide, neither; and bridges and levels that lead through
    lookups need these.
    """
    rules = study.computed
    own = rules is not None and rules.decides
    needed = [table.name for table in INPUTS if not (own and table.name == PUBLISHED)]
    if rules is not None and (rules.decides or set(COUNTED) & set(held)):
        needed += COUNTED
        if any(steps for level in rules.levels for steps in level.paths.values()):
            needed.append("lookup")
    lacking = [table for table in needed if table not in held]
    if lacking:
        described = " and ".join(f'table = "{table}"' for table in lacking)
        raise StudyError(
            "sources",
            expected=f"a source for each of the tables {', '.join(needed)}",
            found=f"none for {', '.join(lacking)}",
            remedy=f"describe in the study what is lacking, with {described}",
        )


def require_fit(study: Study, inputs: Frames, *, known_in: int) -> None:
    """Refuse a study that asks for what the data don't hold, and data that can't carry it.

    `known_in` is the snapshot's calendar year. Raises StudyError for areas, periods and breaks
    that aren't there, and for a baseline before the newest break; ValidationError for figures of a
    time after the snapshot and deaths of a whole year that wasn't over, for areas without a
    population or a deprivation score, and for an interval without a width. Where the study's own
    life tables decide, nothing need be published for its areas: a measure's own baseline must lie
    in the years that have deaths and residents.
    """
    study = study.with_held(inputs)
    vintage = study.geography.vintage
    own = study.computed is not None and study.computed.decides
    mine = {
        table.name: inputs[table.name][inputs[table.name]["geography"] == vintage]
        for table in INPUTS
    }
    if own:
        _require_areas(study, {name: mine[name] for name in OF_OWN})
        _require_years(study, inputs)
    else:
        _require_areas(study, mine)
        _require_periods(study, mine["life_expectancy"])
    _require_sexes(study, inputs["life_expectancy"])
    _require_past(inputs, known_in, restricted_tables(study.sources))
    _require_whole(inputs, known_in)
    _require_weights(study, mine, counted=own)
    codes = [area.code for area in study.geography.areas]
    published = inputs["life_expectancy"]
    carried = published["geography"].isin([b.geography for b in study.geography.bridges])
    of_study = (published["geography"] == vintage) & published["area_code"].isin(codes)
    _require_errors(published[of_study | carried])


def _require_areas(study: Study, mine: Frames) -> None:
    for table, frame in mine.items():
        codes = set(frame["area_code"])
        for number, area in enumerate(study.geography.areas, 1):
            if area.code not in codes:
                raise StudyError(
                    f"the study, geography.areas[{number}] ({area.name})",
                    expected=f"an area of {study.geography.vintage} that {table} holds "
                    f"({len(codes)} areas)",
                    found=area.code,
                    remedy="correct the code, or choose a snapshot that holds it",
                )


def _asked_periods(study: Study) -> list[tuple[str, Period]]:
    asked = [("promise.baseline_period", study.promise.baseline_period)]
    for number, measure in enumerate(study.measures, 1):
        if measure.baseline_period:
            name = f"measures[{number}] ({measure.id}).baseline_period"
            asked.append((name, measure.baseline_period))
    return asked


def _require_periods(study: Study, published: pd.DataFrame) -> None:
    periods = set(zip(published["period_start"], published["period_end"], strict=True))
    first, last = min(periods), max(periods)
    span = f"{first[0]} to {first[1]}, ..., {last[0]} to {last[1]}"
    baselines = _asked_periods(study)
    breaks = [
        (f"geography.breaks[{number}].first_period", rupture.first_period)
        for number, rupture in enumerate(study.geography.breaks, 1)
    ]
    for key, period in (*baselines, *breaks):
        if period not in periods:
            raise StudyError(
                f"the study, {key}",
                expected=f"a period of {study.geography.vintage}: {span}",
                found=f"{period[0]} to {period[1]}",
                remedy="choose a period that the data hold",
            )
    newest = max((period for _, period in breaks), default=first)
    for key, period in baselines:
        if period[0] < newest[0]:
            raise StudyError(
                f"the study, {key}",
                expected=f"a window from {newest[0]} to {newest[1]} on: earlier ones lie before a "
                "break and can't be compared with the newest",
                found=f"{period[0]} to {period[1]}",
                remedy="choose a baseline after the break",
            )


def _require_years(study: Study, inputs: Frames) -> None:
    """The years of each measure's own baseline must have both deaths and residents.

    Those of the promise's need not: where they aren't there, the first whole window of our own
    figures is the baseline (gapwatch.gap.baseline).
    """
    held = [set(map(int, inputs[name]["year"])) for name in COUNTED if name in inputs]
    years = set.intersection(*held) if len(held) == len(COUNTED) else set()
    span = f"{min(years)} to {max(years)}" if years else "none"
    for key, period in _asked_periods(study)[1:]:
        if not set(range(period[0], period[1] + 1)) <= years:
            raise StudyError(
                f"the study, {key}",
                expected=f"years that have deaths and residents: {span}",
                found=f"{period[0]} to {period[1]}",
                remedy="choose a period that the data hold",
            )


def _require_sexes(study: Study, published: pd.DataFrame) -> None:
    """Figures of a sex that the study doesn't name would stand in its tables and be in no gap."""
    others = sorted(set(published["sex"]) - set(study.sexes))
    if others:
        row = published[published["sex"] == others[0]].iloc[0]
        raise ValidationError(
            f"life_expectancy, {row['area_code']} {row['period_start']} to {row['period_end']}",
            expected=f"figures of {' or '.join(study.sexes)}",
            found=others[0],
            remedy="name the sex in sexes in [study], or leave its rows out of the source",
        )


def _require_past(inputs: Frames, known_in: int, restricted: Collection[str] = ()) -> None:
    """No figure can be of a year that had not ended; where it is for isn't told of a death."""
    for table, frame in sorted(inputs.items()):
        for column in ("period_end", "year"):
            if column not in frame or not (late := frame[frame[column] > known_in]).size:
                continue
            row = late.iloc[0]
            first = row["period_start"] if column == "period_end" else row[column]
            raise ValidationError(
                table if table in restricted else f"{table}, {row['area_code']}",
                expected=f"windows that end by {known_in}, the year of the snapshot",
                found=f"{first} to {row[column]}",
                remedy="compare the periods with the publisher's file",
            )


def _require_whole(inputs: Frames, known_in: int) -> None:
    """The snapshot's own year was not over: deaths of it are by month, and never of December."""
    deaths = inputs.get("deaths")
    if deaths is None:
        return
    early = deaths[(deaths["year"] == known_in) & deaths["month"].isin(["", "12"])]
    if len(early):
        row = early.iloc[0]
        raise ValidationError(
            f"deaths, {row['geography']}, {known_in}",
            expected=f"months of {known_in} that were over when the snapshot was taken",
            found="a count of the whole year" if row["month"] == "" else "a count of December",
            remedy="leave the year out until it is over, or give its deaths by month",
        )


def _require_errors(published: pd.DataFrame) -> None:
    """A large area's interval may round to nothing; a side's area needs a standard error."""
    flat = published["lower95_years"] == published["upper95_years"]
    if flat.any():
        row = published[flat].iloc[0]
        raise ValidationError(
            f"life_expectancy, {row['area_code']} {row['sex']} {row['period_start']} to "
            f"{row['period_end']}",
            expected="an interval with a width, from which a standard error can be taken",
            found=f"{row['lower95_years']:g} to {row['upper95_years']:g}",
            remedy="compare the row with the publisher's file, or leave the area out of the study",
        )


def _require_weights(study: Study, mine: Frames, *, counted: bool) -> None:
    """Weights of the areas; residents by age are weights enough where they are counted."""
    needed = [("population_deaths", "population_persons", "a population above 0 in some year")]
    if counted:
        needed = []
    by = study.geography.ranked_by
    if by is not None and any(measure.kind == "slope" for measure in study.measures):
        expected = f"a {by.column}, by which the slope ranks the areas"
        needed.append(("area_reference", by.column, expected))
    for table, column, expected in needed:
        known = mine[table].groupby("area_code")[column].mean()
        for area in study.geography.areas:
            value = known.get(area.code)
            known_value = np.nan if value is None or pd.isna(value) else float(value)
            if np.isnan(known_value) or (column == "population_persons" and known_value <= 0):
                raise ValidationError(
                    f"{table}, {area.code} ({area.name})",
                    expected=expected,
                    found="none" if np.isnan(known_value) else f"{known_value:g}",
                    remedy="complete the table, or leave the area out of the study",
                )

"""Whether life expectancy and residents are such as any place can have, wherever they came from.

Each finding is a warning by name: it stands in `validation`, in the report and in the summary of a
run. What no place at all can have is refused elsewhere (gapwatch.sources.sanity).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch.contracts import ONS_CODE, PERSONS, SEXES
from gapwatch.intervals import WIDTH_SE
from gapwatch.sources.sanity import same_for_both
from gapwatch.study import Study

SINCE = 1993
# Life expectancy at birth: of the districts of the United Kingdom since then, with a year to spare
# at either end, and of their wards, whose intervals must lie outside as a whole.
OF_PLACES = {"female": (73.5, 90.0), "male": (67.5, 87.5)}
OF_AREAS = {"female": (66.0, 98.0), "male": (60.0, 95.0)}
# Of both sexes together nothing can be said that isn't true of one of them.
OF_PLACES[PERSONS], OF_AREAS[PERSONS] = (67.5, 90.0), (60.0, 98.0)
AREAS_AND_PLACE = 2.5
STATED_APART = 2.5
WHOLE_SHARE = 0.9
OLDEST = 85
# Women to men of 85 and over: 1.3 in the district with the fewest, 1.6 in England in 2021.
LEAST_WOMEN_A_MAN = 1.15
STANDARD_ERRORS = 3.0


def strange_expectancy(study: Study, life: pd.DataFrame, *, code: str) -> list[str]:
    """The place and its areas, where life expectancy is that of no place or ward of the country.

    `life` has the column `code` and lower95_years, upper95_years. Of an area the whole interval
    must lie outside the range. One line an area and sex, that of the newest such window. Nothing is
    told of places in other countries than those of the United Kingdom, by their codes.
    """
    if study.area_codes.of(study.geography.vintage) != ONS_CODE:
        return []
    known = life.dropna(subset=["life_expectancy_years", "lower95_years", "upper95_years"])
    known = known[known["period_end"] >= SINCE]
    told = []
    place = known[known[code] == study.study.area_code]
    areas = known[
        (known["geography"] == study.geography.vintage) & known[code].isin(study.area_names)
    ]
    for rows, ranges, whole in ((place, OF_PLACES, False), (areas, OF_AREAS, True)):
        for (area, sex), mine in rows.groupby([code, "sex"], sort=True):
            low, high = ranges[str(sex)]
            upper, lower = (
                (mine["upper95_years"], mine["lower95_years"])
                if whole
                else (mine["life_expectancy_years"],) * 2
            )
            odd = mine[(upper < low) | (lower > high)]
            if len(odd):
                row = odd.sort_values("period_end").iloc[-1]
                told.append(
                    f"{area}, {sex}, {row['period_start']} to {row['period_end']}: "
                    f"{row['life_expectancy_years']:.1f} years, outside {low:g} to {high:g}"
                )
    return told


def areas_beside_place(
    study: Study, life: pd.DataFrame, people: pd.DataFrame, *, code: str
) -> list[str]:
    """Sexes whose areas, weighted by residents, live years longer or shorter than their place.

    Both are of one table and window. Told are means over all windows that differ by more than 2.5
    years and three standard errors; only where the areas hold nine tenths of the place's residents.
    """
    weights = _residents(study, people)
    if weights is None:
        return []
    known = life.dropna(subset=["life_expectancy_years", "lower95_years", "upper95_years"])
    place = known[known[code] == study.study.area_code]
    mine = known[(known["geography"] == study.geography.vintage) & known[code].isin(weights.index)]
    both = mine.merge(
        place[["sex", "period_start", "period_end", "life_expectancy_years"]],
        on=["sex", "period_start", "period_end"],
        suffixes=("", "_place"),
    )
    told = []
    for sex, rows in both.groupby("sex", sort=True):
        weight = rows[code].map(weights).to_numpy(dtype=np.float64)
        apart = (rows["life_expectancy_years"] - rows["life_expectancy_years_place"]).to_numpy()
        error = ((rows["upper95_years"] - rows["lower95_years"]) / WIDTH_SE).to_numpy()
        mean = float(weight @ apart / weight.sum())
        # Windows overlap, so their errors aren't averaged out: that of one window stands for all.
        windows = rows[["period_start", "period_end"]].drop_duplicates().shape[0]
        noise = float(np.sqrt(windows * ((weight * error) ** 2).sum()) / weight.sum())
        if abs(mean) > AREAS_AND_PLACE + STANDARD_ERRORS * noise:
            told.append(
                f"{sex}: {abs(mean):.1f} years {'above' if mean > 0 else 'below'} the place"
            )
    return told


def _residents(study: Study, people: pd.DataFrame) -> pd.Series | None:
    """Mean residents by area of the study; None unless they make up nearly all of the place."""
    known = people.dropna(subset=["population_persons"])
    mean = known.groupby("area_code")["population_persons"].mean().astype("float64")
    mine = mean[mean.index.isin(study.area_names)]
    place = mean[mean.index == study.study.area_code]
    if place.empty or mine.empty or mine.sum() < WHOLE_SHARE * place.sum():
        return None
    return mine


def stated_apart(study: Study, gaps: pd.DataFrame) -> list[str]:
    """What the promise states of its baseline, where the data say otherwise by years.

    Both sides of the primary measure in the promise's period and sex; told beyond 2.5 years and
    three standard errors of the gap.
    """
    promise = study.promise
    start, end = promise.baseline_period
    rows = gaps[
        (gaps["measure"] == study.primary.id)
        & (gaps["sex"] == promise.sex)
        & (gaps["period_start"] == start)
        & (gaps["period_end"] == end)
    ].dropna(subset=["worse_years", "better_years"])
    if rows.empty:
        return []
    row = rows.iloc[0]
    most = STATED_APART + STANDARD_ERRORS * float(np.nan_to_num(row["se_years"]))
    sides = (
        ("worse-off side", promise.stated_worse_years, row["worse_years"]),
        ("better-off side", promise.stated_better_years, row["better_years"]),
    )
    return [
        f"{name}, {promise.sex}, {start} to {end}: {measured:.1f} years, stated as {stated:g}"
        for name, stated, measured in sides
        if stated is not None and abs(measured - stated) > most
    ]


def residents_of_one_sex(people: pd.DataFrame) -> list[str]:
    """Kinds of areas whose residents are the same for both sexes, or hardly more women grow old.

    The same in every cell of a year are persons shared out by halves, or one sex or all persons
    twice. Of 85 and over women are told of where they are fewer than 1.15 a man, by more than three
    standard errors, in the residents of a mean year.
    """
    same = same_for_both("population", people)
    told = [f"{where}: the same in each of {cells} cells" for where, cells in same.items()]
    old = people[people["age_start_years"] >= OLDEST]
    for (geography, base), rows in old.groupby(["geography", "base"], sort=True):
        years = rows["year"].nunique()
        women, men = (
            float(rows.loc[rows["sex"] == sex, "population_persons"].sum()) / years for sex in SEXES
        )
        if men <= 0:
            continue
        error = np.sqrt(women + LEAST_WOMEN_A_MAN**2 * men)
        if women - LEAST_WOMEN_A_MAN * men < -STANDARD_ERRORS * error:
            told.append(
                f"{geography} ({base}): {women:,.0f} women to {men:,.0f} men aged {OLDEST} and over"
            )
    return told

"""The small invented place with deaths and residents by age: annual windows, made by ourselves."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd
from tests.unit.reporting import samples

from gapwatch.contracts import (
    AGE_CONTRIBUTION,
    COMPUTED_LIFE_EXPECTANCY,
    CUT,
    GAP_CHANGE,
    REPRODUCTION,
    SERIES_COMPARISON,
    Table,
)
from gapwatch.intervals import Z95
from gapwatch.reporting.document import ReleaseFacts
from gapwatch.reporting.evidence.case import Case
from gapwatch.study import Study
from gapwatch.study.computed import Computed
from gapwatch.tables import canonical

MEASURE = "west-v-castle"
STARTS = (0, 1, *range(5, 95, 5))
YEARS = tuple(range(2004, 2025))
PROVISIONAL = 2024
NEWEST = (2019, 2023)
BASELINE = (2004, 2008)
INVENTED = "Riverton is invented. Every person, death and figure in this report is made up."


def study(*, decides: bool = True, invented: str = "", **promise: Any) -> Study:
    """The study with its own life tables, which decide or stand beside the published figures."""
    plain = samples.study(**promise)
    rules = Computed.model_validate(
        {
            "decides": decides,
            "bases": ["census2021"],
            "levels": [{"geography": "ward2011", "paths": {"lsoa2011": ["a"]}}],
            "provisional_from": PROVISIONAL,
        }
    )
    heading = plain.study.model_copy(update={"invented": invented})
    geography = plain.geography.model_copy(update={"breaks": ()})
    changed = {"computed": rules, "study": heading, "geography": geography}
    return plain.model_copy(update=changed)


def facts(**changes: Any) -> ReleaseFacts:
    """A release in the year after the newest settled one."""
    return samples.facts(**({"as_known_at": dt.date(2024, 11, 23)} | changes))


def gap(years: tuple[int, ...] = YEARS, length: int = 1) -> pd.DataFrame:
    """A gap that shrinks slowly; the last year provisional. The extremes have five-year windows."""
    rows = []
    for sex in ("female", "male"):
        for measure, size in ((MEASURE, length), ("extremes", 5)):
            for place, end in enumerate(years[size - 1 :]):
                value = 10.0 - 0.12 * place + 0.5 * ((place * 7) % 5 - 2)
                sided = measure == MEASURE
                half = 1.1 if sided else 0.0
                late = end == PROVISIONAL
                if late and not sided:
                    continue
                rows.append(
                    {
                        "measure": measure,
                        "sex": sex,
                        "kind": "pooled" if sided else "extremes",
                        "geography": "ward2011",
                        "segment": 1,
                        "period_start": end - size + 1,
                        "period_end": end,
                        "year_ends": "12-31",
                        **_ends("worse", 76 + 0.1 * place, half),
                        **_ends("better", 76 + 0.1 * place + value, half),
                        "gap_years": value,
                        "se_years": 0.9,
                        "lower95_years": value - 1.76,
                        "upper95_years": value + 1.76,
                        "relative_gap": 1.1,
                        "relative_lower95": 1.05,
                        "relative_upper95": 1.15,
                        "naive_gap_years": None if sided else value + 2,
                        "basis_code": "life_tables",
                        "reason": "",
                        "flags": "Q05" if late else "",
                    }
                )
    return pd.DataFrame(rows)


def _ends(side: str, value: float, half: float) -> dict[str, float]:
    return {
        f"{side}_years": value,
        f"{side}_lower95_years": value - half,
        f"{side}_upper95_years": value + half,
    }


def trajectory() -> pd.DataFrame:
    """A path from 2004 to 2030 that is projected from 2024 on."""
    rows = []
    for year in range(2004, 2031):
        mean, spread = 10 - 0.12 * (year - 2004), 0.5 + 0.25 * max(0, year - 2023)
        bands = {
            f"{side}{level}_years": mean + sign * spread * factor
            for level, factor in ((50, 0.7), (80, 1.3), (95, 2.0))
            for side, sign in (("lower", -1), ("upper", 1))
        }
        line = None if year < 2006 else 10 - 5 * (year - 2006) / 24
        rows.append(
            {
                "measure": MEASURE,
                "sex": "male",
                "year": year,
                "is_projected": year > 2023,
                "mean_years": mean,
                **bands,
                "target_line_years": line,
            }
        )
    return pd.DataFrame(rows)


def band(start: int) -> dict[str, int | None]:
    """First and last age of the standard band that starts there."""
    place = STARTS.index(start)
    end = STARTS[place + 1] - 1 if place + 1 < len(STARTS) else None
    return {"age_start_years": start, "age_end_years": end}


def contributions(**changes: Any) -> list[dict[str, Any]]:
    """The ages of both sexes and two windows: clear from 45 to 74, narrowing at 90 and over."""
    rows = []
    for sex, scale in (("female", 0.7), ("male", 1.0)):
        for start, end in (BASELINE, NEWEST):
            values = [scale * _bump(age) for age in STARTS]
            rows += [
                {
                    "measure": MEASURE,
                    "sex": sex,
                    "period_start": start,
                    "period_end": end,
                    "year_ends": "12-31",
                    **band(age),
                    "contribution_years": value,
                    "lower95_years": value - 0.35,
                    "upper95_years": value + 0.35,
                    "gap_years": sum(values),
                    "reason": "",
                    "flags": "",
                }
                | changes
                for age, value in zip(STARTS, values, strict=True)
            ]
    return rows


def _bump(age: int) -> float:
    return -0.5 if age == 90 else 0.12 if age == 0 else max(0.0, 1.3 - abs(age - 62) / 18)


def changes(worse: float = -1.2, better: float = -0.9, half: float = 0.5) -> list[dict[str, Any]]:
    """What each side's change did to the gap, spread evenly over the ages."""
    rows = []
    for sex in ("female", "male"):
        for side, total in (("worse", worse), ("better", better)):
            for age in STARTS:
                part = total / len(STARTS)
                rows.append(
                    {
                        "measure": MEASURE,
                        "sex": sex,
                        "side": side,
                        "from_start": BASELINE[0],
                        "from_end": BASELINE[1],
                        "to_start": NEWEST[0],
                        "to_end": NEWEST[1],
                        "year_ends": "12-31",
                        **band(age),
                        "change_years": part,
                        "lower95_years": part - 0.1,
                        "upper95_years": part + 0.1,
                        "side_total_years": total,
                        "side_lower95_years": total - half,
                        "side_upper95_years": total + half,
                        "reason": "",
                        "flags": "",
                    }
                )
    return rows


def cuts(**changes: Any) -> list[dict[str, Any]]:
    """A cut at all ages, under 75, and one at 15 to 39 that can't reach the target."""
    rows = []
    for sex in ("female", "male"):
        for start, end, words, share, deaths, reason in (
            (0, None, "all ages", 0.27, 62.4, ""),
            (0, 74, "under 75", 0.41, 45.2, ""),
            (15, 39, "15 to 39", None, None, "C01"),
        ):
            rows.append(
                {
                    "measure": MEASURE,
                    "sex": sex,
                    "period_start": NEWEST[0],
                    "period_end": NEWEST[1],
                    "year_ends": "12-31",
                    "ages": words,
                    "from_age_years": start,
                    "to_age_years": end,
                    "gap_years": 8.1,
                    "target_gap_years": 5.0,
                    "cut_share": share,
                    "deaths_a_year": deaths,
                    "reason": reason,
                }
                | changes
            )
    return rows


def meetings(**changes: Any) -> list[dict[str, Any]]:
    """Six five-year windows that both series have."""
    rows = []
    for sex in ("female", "male"):
        for place, start in enumerate(range(2004, 2010)):
            ours, theirs = 9.6 - 0.2 * place, 10.0 - 0.1 * place
            difference = round(ours - theirs, 6)
            rows.append(
                {
                    "measure": MEASURE,
                    "sex": sex,
                    "period_start": start,
                    "period_end": start + 4,
                    "published_gap_years": theirs,
                    "published_se_years": 1.1,
                    "published_lower95_years": theirs - Z95 * 1.1,
                    "published_upper95_years": theirs + Z95 * 1.1,
                    "computed_gap_years": ours,
                    "computed_se_years": 0.9,
                    "computed_lower95_years": ours - Z95 * 0.9,
                    "computed_upper95_years": ours + Z95 * 0.9,
                    "difference_years": difference,
                    "joining_years": -0.15,
                    "rest_years": difference + 0.15,
                    "base": "census2021",
                    "top_age_years": 90,
                    "reason": "",
                }
                | changes
            )
    return rows


def reproduced() -> list[dict[str, Any]]:
    """Six wards: three come out the same, two don't, one of ours is withheld."""
    rows = []
    for place, (code, name) in enumerate(zip(samples.CODES, samples.NAMES, strict=True)):
        difference = (0.0, 0.04, -0.1, 0.7, -2.4, None)[place]
        published = 76.0 + place
        rows.append(
            {
                "geography": "ward2011",
                "area_code": code,
                "area_name": name,
                "sex": "male",
                "period_start": 2004,
                "period_end": 2008,
                "published_years": published,
                "published_lower95_years": published - 1.5,
                "published_upper95_years": published + 1.5,
                "computed_years": None if difference is None else published + difference,
                "difference_years": difference,
                "agrees": None if difference is None else abs(difference) <= 0.1,
                "base": "census2021",
                "reason": "S01" if difference is None else "",
            }
        )
    return rows


def own() -> list[dict[str, Any]]:
    """Our own life expectancy of three wards in the newest window, one withheld."""
    rows = []
    for place, (code, name) in enumerate(zip(samples.CODES[:3], samples.NAMES[:3], strict=True)):
        hidden = place == 2
        value = None if hidden else 77.0 + place
        rows.append(
            {
                "geography": "ward2011",
                "area": code,
                "area_name": name,
                "sex": "male",
                "period_start": NEWEST[0],
                "period_end": NEWEST[1],
                "year_ends": "12-31",
                "segment": 1,
                "base": "census2021",
                "top_age_years": 90,
                "life_expectancy_years": value,
                "se_years": None if hidden else 0.8,
                "lower95_years": None if value is None else value - 1.6,
                "upper95_years": None if value is None else value + 1.6,
                "deaths_persons": None if hidden else 240.0,
                "person_years": 30_000.0,
                "reassigned_share": 0.02,
                "provisional": False,
                "reason": "D01" if hidden else "",
                "flags": "",
            }
        )
    return rows


def made(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table that meets its contract."""
    names = [name for name in table.names if name in rows[0]]
    return canonical(table, pd.DataFrame(rows, columns=names), table.name)


@cache
def own_tables() -> dict[str, pd.DataFrame]:
    """The tables that a study with `[computed]` has more; for reading alone."""
    return {
        "computed_life_expectancy": made(COMPUTED_LIFE_EXPECTANCY, own()),
        "age_contribution": made(AGE_CONTRIBUTION, contributions()),
        "gap_change": made(GAP_CHANGE, changes()),
        "cut": made(CUT, cuts()),
        "series_comparison": made(SERIES_COMPARISON, meetings()),
        "reproduction": made(REPRODUCTION, reproduced()),
    }


def life_expectancy() -> pd.DataFrame:
    """Five-year figures of every area, computed here."""
    table = samples.life_expectancy()
    return table.assign(
        period_start=NEWEST[0],
        period_end=NEWEST[1],
    )


def tables(**verdict: Any) -> dict[str, pd.DataFrame]:
    """Everything: annual windows that decide, and the tables on them."""
    changes = {"newest_start": 2023, "newest_end": 2023, "windows": 20} | verdict
    return samples.with_findings(
        study(),
        facts(),
        {
            **samples.tables(),
            "verdict": samples.verdicts(**({"verdict": "too early to tell"} | changes)),
            "life_expectancy": life_expectancy(),
            "gap": gap(),
            "trajectory": trajectory(),
            **own_tables(),
        },
    )


def case(**changes: pd.DataFrame) -> Case:
    """All of it, with other tables where they are given; None takes one out."""
    return samples.case(study(), facts(), tables() | changes)

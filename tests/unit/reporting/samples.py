"""A small invented place, so that nothing in the report can be about one borough only."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gapwatch import codes
from gapwatch.contracts import FINDINGS, VERDICT
from gapwatch.gap.assessment import change_since, prior_of, series_of
from gapwatch.gap.baseline import newest_run, settled
from gapwatch.gap.findings import findings
from gapwatch.gap.trend.sides import side_trends
from gapwatch.gap.trend.trajectory import Estimate as Limits
from gapwatch.gap.trend.trajectory import gls_trend
from gapwatch.reporting.document import PinFacts, ReleaseFacts
from gapwatch.reporting.evidence.case import Case
from gapwatch.study import Study

NAMES = ("Upper Mill", "Mill Lane", "Harbour and Old Docks", "Hillside", "Castle", "St Anne's")
CODES = tuple(f"E0500000{place}" for place in range(1, 7))
WINDOWS = ((1999, 2003), *((start, start + 4) for start in range(2004, 2012)))
NEWEST = WINDOWS[-1]
WITHHELD = "geography ward2011; area_code E05000006; sex male; period_start 2011; period_end 2015"


def study(**promise: Any) -> Study:
    """Six areas in two zones; the promise is about females, to cut 14 years to 60% by 2030."""
    return Study.model_validate(
        {
            "study": {
                "id": "riverton",
                "place": "Riverton",
                "area_code": "E06000001",
                "title": "The life-expectancy gap in Riverton",
            },
            "promise": {
                "text": "cut the gap between the west and the east of Riverton",
                "made_by": "Riverton Council",
                "source": "Council minutes, 2010",
                "sex": "male",
                "stated_worse_years": 76,
                "stated_better_years": 86,
                "stated_gap_years": 10,
                "baseline_period": [2004, 2008],
                "share_of_baseline": 0.5,
                "deadline_year": 2030,
            }
            | promise,
            "geography": {
                "vintage": "ward2011",
                "deprivation": "imd2010_average_score",
                "areas": [
                    {"code": code, "name": name, "row": place // 3, "column": place % 3}
                    for place, (code, name) in enumerate(zip(CODES, NAMES, strict=True))
                ],
                "breaks": [{"first_period": [2004, 2008], "reason": "Residents were recounted."}],
            },
            "zones": {
                "west": {"name": "West of the town", "definition": "West", "areas": CODES[:3]},
                "east": {"name": "East of the town", "definition": "East", "areas": CODES[3:]},
            },
            "measures": [
                {
                    "id": "west-v-castle",
                    "title": "West of the town v Castle",
                    "kind": "pooled",
                    "worse": "west",
                    "better": CODES[4],
                    "primary": True,
                },
                {"id": "extremes", "title": "Lowest v highest", "kind": "extremes"},
            ],
            "simulation": {"seed": 1, "draws": 1000},
            "sources": [
                {
                    "id": "areas",
                    "table": "life_expectancy",
                    "next_expected": "The next edition is expected in May.",
                }
            ],
        }
    )


def facts(**changes: Any) -> ReleaseFacts:
    """A release of 23 November 2016: two years after the newest window, so not old."""
    pin = PinFacts(
        id="areas",
        title="Life expectancy by ward",
        publisher="Riverton Statistics",
        licence="Open Government Licence v3.0",
        attribution="Contains public sector information under the Open Government Licence v3.0.",
        period="1999 to 2015",
        transcribed_or_retrieved=dt.date(2016, 11, 1),
        sha256=hashlib.sha256(b"areas").hexdigest(),
        bytes=12_345,
        url="https://example.org/areas",
    )
    values: dict[str, Any] = {
        "release_id": "riverton-2016-11-23-0123456789",
        "as_known_at": dt.date(2016, 11, 23),
        "snapshot_id": "2016-11-23-0123456789",
        "pins": (pin,),
        "package_version": "0.1.0",
        "code_sha256": hashlib.sha256(b"code").hexdigest(),
        "study_sha256": hashlib.sha256(b"study").hexdigest(),
        "lock_sha256": "",
        "rerun_command": "gapwatch run --snapshot 2016-11-23-0123456789",
        "rerun_needs": "Check out the commit named in manifest.json.",
        "changed_sentence": "This is the first release of this study.",
    }
    return ReleaseFacts(**(values | changes))


def old_facts(**changes: Any) -> ReleaseFacts:
    """The same release ten years later: the figures are too old for a verdict."""
    return facts(as_known_at=dt.date(2026, 11, 23), **changes)


def tables(verdict: str = "too early to tell", **verdict_changes: Any) -> dict[str, pd.DataFrame]:
    """The tables of the contract, with one verdict everywhere."""
    return with_findings(
        study(),
        facts(),
        {
            "life_expectancy": life_expectancy(),
            "gap": gap(),
            "verdict": verdicts(verdict, **verdict_changes),
            "trajectory": trajectory(),
            "validation": validation(),
        },
    )


def case(study: Study, facts: ReleaseFacts, tables: Mapping[str, pd.DataFrame]) -> Case:
    """The case of these tables, with what the analysis finds in them."""
    return Case(study, facts, with_findings(study, facts, tables))


def with_findings(
    study: Study, facts: ReleaseFacts, tables: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """The tables with what the analysis finds in them, instead of what was found in others."""
    made = {table.name for table in FINDINGS}
    held = {name: t for name, t in tables.items() if t is not None and name not in made}
    told = {name: (list(t), t.to_numpy(dtype=object).tolist()) for name, t in held.items()}
    asked = repr((study, facts.as_known_at.year, told))
    if asked not in _FOUND:
        # The same tables come again and again.
        held["verdict"] = with_trends(study, held)
        made_of = findings(study, held, held, facts.as_known_at.year)
        _FOUND[asked] = {"verdict": held["verdict"], **made_of}
    return {**held, **{name: frame.copy() for name, frame in _FOUND[asked].items()}}


_FOUND: dict[str, dict[str, pd.DataFrame]] = {}


def with_trends(study: Study, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The verdicts with the change since the baseline and the trends of gap and sides.

    What a sample says itself of them is left as it is.
    """
    rows = []
    for row in tables["verdict"].to_dict("records"):
        gaps = tables["gap"]
        mine = gaps[(gaps["measure"] == row["measure"]) & (gaps["sex"] == row["sex"])]
        run = newest_run(settled(mine))
        found: dict[str, Any] = {}
        if len(run):
            found = _trends(study, run, (row["baseline_start"], row["baseline_end"]))
        rows.append(row | {name: v for name, v in found.items() if pd.isna(row[name])})
    return pd.DataFrame(rows)


def _trends(study: Study, run: pd.DataFrame, baseline: tuple[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    change = change_since(run, baseline)
    if change:
        found |= _limits("change", "years", change)
    series, model = series_of(run), prior_of(study, run)
    windows, _ = series.checked()
    if len(windows) < 3:
        return found
    line = gls_trend(windows.start, windows.end, windows.gap, windows.se, lead=windows.lead)
    found["fitted_gap_years"] = line.level
    sides = side_trends(series, windows, model)
    for side, trend in zip(("worse", "better"), sides, strict=True):
        if trend:
            slope = Limits(trend.slope, trend.lower, trend.upper)
            found |= _limits(f"{side}_slope", "years_per_year", slope)
    return found


def _limits(name: str, unit: str, found: Limits) -> dict[str, float]:
    return {
        f"{name}_{unit}": found.value,
        f"{name}_lower95_{unit}": found.lower,
        f"{name}_upper95_{unit}": found.upper,
    }


def _estimate(prefix: str, value: float | None, half: float) -> dict[str, float | None]:
    low, high = (None, None) if value is None else (value - half, value + half)
    return {
        f"{prefix}_years": value,
        f"{prefix}_lower95_years": low,
        f"{prefix}_upper95_years": high,
    }


def life_expectancy() -> pd.DataFrame:
    """The newest window of every area for both sexes, one male value withheld, and the place."""
    rows = []
    for sex, base in (("female", 82.0), ("male", 78.0)):
        rows.append(_area("E06000001", "Riverton", "borough", sex, base, 0.4))
        for place, (code, name) in enumerate(zip(CODES, NAMES, strict=True)):
            value = None if (sex, place) == ("male", 5) else base - 4 + 2 * place
            rows.append(_area(code, name, "ward2011", sex, value, 1.5))
    rows.append(_area("E02000001", "Riverton 001", "msoa2011", "male", 80.0, 2.0))
    return pd.DataFrame(rows)


def _area(
    code: str, name: str, geography: str, sex: str, value: float | None, half: float
) -> dict[str, Any]:
    row = _estimate("x", value, half)
    return {
        "geography": geography,
        "area_code": code,
        "area_name": name,
        "sex": sex,
        "period_start": NEWEST[0],
        "period_end": NEWEST[1],
        "life_expectancy_years": row["x_years"],
        "lower95_years": row["x_lower95_years"],
        "upper95_years": row["x_upper95_years"],
    }


def gap() -> pd.DataFrame:
    """A gap that shrinks from 10 to 8.6, before a break 6; the extremes with their naive range."""
    rows = []
    for sex in ("female", "male"):
        for measure, kind in (("west-v-castle", "pooled"), ("extremes", "extremes")):
            for place, (start, end) in enumerate(WINDOWS):
                value = 6.0 if place == 0 else 10.0 - 0.2 * (place - 1)
                sided = kind == "pooled"
                half = 1.2 if sided else 0.0
                row = {
                    "measure": measure,
                    "sex": sex,
                    "kind": kind,
                    "geography": "ward2011",
                    "segment": 1 if place == 0 else 2,
                    "period_start": start,
                    "period_end": end,
                    "year_ends": "12-31",
                    **_estimate("worse", 76.0 + 0.1 * place, half),
                    **_estimate("better", 76.0 + 0.1 * place + value, half),
                    "gap_years": value,
                    "se_years": 1.0,
                    "lower95_years": value - 1.96,
                    "upper95_years": value + 1.96,
                    "relative_gap": 1.1,
                    "relative_lower95": 1.05,
                    "relative_upper95": 1.15,
                    "naive_gap_years": None if sided else value + 2,
                    "basis_code": "published",
                    "reason": "",
                    "flags": "Q03" if place == 0 else "",
                }
                rows.append(row)
    return pd.DataFrame(rows)


def verdicts(verdict: str, **changes: Any) -> pd.DataFrame:
    """One verdict for both measures and both sexes; it levels down where nothing else moves."""
    down = changes.get("levels_down", changes.get("closing_code") in codes.WORSENING_ALONE)
    row: Mapping[str, Any] = {
        **dict.fromkeys(VERDICT.names),
        "verdict": verdict,
        "label": codes.labelled(verdict, down),
        "levels_down": down,
        "year_ends": "12-31",
        "reason_code": "",
        "reason_arguments": "",
        "windows": 8,
        "newest_start": NEWEST[0],
        "newest_end": NEWEST[1],
        "baseline_start": 2004,
        "baseline_end": 2008,
        "baseline_gap_years": 10.0,
        "target_gap_years": 5.0,
        "target_year": 2030,
        "slope_years_per_year": -0.2,
        "slope_se_years_per_year": 0.15,
        "slope_lower95_years_per_year": -0.494,
        "slope_upper95_years_per_year": 0.094,
        "slope_p": 0.18,
        "projected_gap_years": 6.2,
        "projected_sd_years": 3.0,
        "projected_lower95_years": 0.3,
        "projected_upper95_years": 12.1,
        "p_target": 0.35,
        "p_narrowing": 0.91,
        "required_change_years_per_year": -0.2,
        "required_change_lower95_years_per_year": -0.33,
        "required_change_upper95_years_per_year": -0.07,
        "first_answerable_year": 2021,
        "first_answerable_code": "",
        "closing_code": "",
        "covariance_code": "",
        "relative_baseline": 1.13,
        "relative_target": 1.065,
        "relative_verdict": verdict,
        "pace": "years",
        "years_to_target": 16.0,
        "years_to_target_lower95": 8.0,
        "years_to_target_upper95": None,
    }
    return pd.DataFrame(
        [
            {
                **row,
                **changes,
                "measure": measure,
                "sex": sex,
                "is_primary": measure == "west-v-castle",
            }
            for measure in ("extremes", "west-v-castle")
            for sex in ("female", "male")
        ]
    )


def trajectory() -> pd.DataFrame:
    """A path from 2004 to 2030 that widens after 2015."""
    rows = []
    for year in range(2004, 2031):
        mean, spread = 10 - 0.15 * (year - 2004), 1 + 0.3 * max(0, year - NEWEST[1])
        bands = {
            f"{side}{level}_years": mean + sign * spread * factor
            for level, factor in ((50, 0.7), (80, 1.3), (95, 2.0))
            for side, sign in (("lower", -1), ("upper", 1))
        }
        rows.append(
            {
                "measure": "west-v-castle",
                "sex": "male",
                "year": year,
                "is_projected": year > NEWEST[1],
                "mean_years": mean,
                **bands,
                "target_line_years": None if year < 2006 else 10 - 5 * (year - 2006) / 24,
            }
        )
    return pd.DataFrame(rows)


def validation() -> pd.DataFrame:
    """One check that holds and one warning."""
    return pd.DataFrame(
        [
            ("gap", 1, "there are gaps", "critical", "met", 36, 0, 0, ""),
            (
                "life_expectancy",
                1,
                "no value is withheld",
                "warning",
                "not met",
                15,
                0,
                1,
                WITHHELD,
            ),
        ],
        columns=[
            "suite",
            "position",
            "expectation",
            "severity",
            "outcome",
            "rows_checked",
            "rows_not_checked",
            "rows_unexpected",
            "examples",
        ],
    )

"""The league as a page: static, without a script, every text escaped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from gapwatch.codes import LABELS
from gapwatch.demography.funnel import LEVELS, funnel
from gapwatch.fleet.jobs import FAILED
from gapwatch.reporting.charts import INVENTED
from gapwatch.reporting.drawing.canvas import Chart, drawn
from gapwatch.reporting.drawing.funnel import FunnelPlace, funnel_figure
from gapwatch.reporting.formats.engine import data_uri, engine
from gapwatch.reporting.language.numbers import (
    capital,
    count,
    interval,
    number,
    period,
    plain,
)
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.site.pages import TEMPLATES as SITE_TEMPLATES

TEMPLATES = Path(__file__).parent / "templates"
_SIDES = {1: "above", -1: "below"}
_TEENS = range(11, 14)


@dataclass(frozen=True)
class LeagueLine:
    """A place as the page shows it: every figure in words."""

    study: str
    place: str
    report: str
    gap: str
    interval: str
    years: str
    rank: str
    trend: str
    label: str
    funnel: str
    why: str


@dataclass(frozen=True)
class RankedTogether:
    """Places that are compared with each other, widest gap first, and their funnel."""

    number: int
    title: str
    lines: tuple[LeagueLine, ...]
    labels: tuple[str, ...]
    mean: str
    beyond: int
    expected: str
    sure_first: int
    chart: Chart


def league_page(frame: pd.DataFrame) -> bytes:
    """The page of a table `league`, as one HTML file that needs nothing else."""
    rows = [_plain(row) for row in frame.to_dict("records")]
    failed = [row for row in rows if row["status"] == FAILED]
    ranked = [row for row in rows if row["group"] is not None]
    others = [row for row in rows if row["group"] is None and row["status"] != FAILED]
    shown = sorted((row for row in rows if row["status"] != FAILED), key=_by_name)
    counts = Counter(str(row["label"]) for row in shown)
    text = (
        _environment()
        .get_template("league.html.j2")
        .render(
            comparisons=tuple(_comparisons(ranked)),
            others=[_line(row) for row in sorted(others, key=_by_name)],
            failed=[(str(row["study"]), str(row["fault"])) for row in failed],
            letters=_letters(shown),
            total=len(rows),
            places=count(len(rows), "place"),
            verdicts=[(label, counts[label]) for label in LABELS if counts[label]],
            invented=sum(bool(row["invented"]) for row in rows),
        )
    )
    return text.encode("utf-8")


def _environment() -> Environment:
    environment = engine(
        TEMPLATES,
        {
            "capital": capital,
            "slug": lambda label: label.replace(" ", "-"),
            "picture": lambda svg: data_uri("image/svg+xml", svg.encode("utf-8")),
        },
    )
    # Our own stylesheets: the only texts that go in unescaped.
    style = (SITE_TEMPLATES / "site.css").read_text(encoding="utf-8")
    style += (TEMPLATES / "league.css").read_text(encoding="utf-8")
    environment.globals["style"] = Markup(style)  # noqa: S704
    return environment


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _by_name(row: dict[str, Any]) -> tuple[str, str]:
    return (_name(row).casefold(), str(row["study"]))


def _name(row: dict[str, Any]) -> str:
    return str(row["place"] or row["study"])


def _letters(rows: list[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Places by the first letter of their names, each with its study."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(_name(row)[:1].upper(), []).append((str(row["study"]), _name(row)))
    return list(found.items())


def _comparisons(ranked: list[dict[str, Any]]) -> Iterator[RankedTogether]:
    for group in sorted({int(row["group"]) for row in ranked}):
        rows = [row for row in ranked if int(row["group"]) == group]
        rows.sort(key=lambda row: (-float(row["gap_years"]), str(row["study"])))
        first = rows[0]
        counts = Counter(str(row["label"]) for row in rows)
        beyond = sum(row["beyond998"] != 0 for row in rows)
        limits = funnel([r["gap_years"] for r in rows], [r["se_years"] for r in rows])
        points = [
            FunnelPlace(float(r["gap_years"]), float(r["se_years"]), r["beyond998"] != 0)
            for r in rows
        ]
        z = (float(limits.z[0]), float(limits.z[1]))
        mark = INVENTED if any(row["invented"] for row in rows) else ""
        yield RankedTogether(
            number=group,
            title=f"{capital(str(first['measure']).replace('-', ' '))}, {first['sex']}s, "
            f"{period(first['period_start'], first['period_end'], first['year_ends'])}",
            lines=tuple(_line(row) for row in rows),
            labels=tuple(label for label in LABELS if counts[label]),
            mean=number(float(first["group_mean_years"])),
            beyond=beyond,
            expected=plain(len(rows) * (1 - LEVELS[1])),
            sure_first=sum(row["rank_first"] == 1 for row in rows),
            chart=drawn(partial(funnel_figure, places=points, mean_years=limits.mean, z=z), mark),
        )


def _line(row: dict[str, Any]) -> LeagueLine:
    given = row["gap_years"] is not None
    return LeagueLine(
        study=str(row["study"]),
        place=_name(row),
        report=f"places/{row['study']}/{row['release']}/report.html",
        gap=number(row["gap_years"]) if given else "",
        interval=interval(row["lower95_years"], row["upper95_years"]) if given else "",
        years=""
        if row["period_start"] is None
        else period(row["period_start"], row["period_end"], row["year_ends"]),
        rank="" if row["rank_first"] is None else ranks(row["rank_first"], row["rank_last"]),
        trend=_trend(row),
        label=str(row["label"]),
        funnel=_funnel(row),
        why=_why(row),
    )


def _trend(row: dict[str, Any]) -> str:
    slope, low, high = (row[f"slope_{part}years_per_year"] for part in ("", "lower95_", "upper95_"))
    if slope is None:
        return "not available"
    return f"{number(slope, 2, plus=True)} ({interval(low, high, 2)})"


def _funnel(row: dict[str, Any]) -> str:
    for level, name in (("beyond998", "99.8%"), ("beyond95", "95%")):
        if row[level]:
            return f"{_SIDES[int(row[level])]} {name}"
    return "within" if row["beyond95"] is not None else ""


def _why(row: dict[str, Any]) -> str:
    """Why a place has no rank."""
    if row["gap_years"] is None:
        return reason_text(str(row["reason"])) if row["reason"] else "it has no gap to compare"
    return (
        f"no other place has a gap of {row['measure']}, {row['sex']}s, between the same kind of "
        "areas in the same years"
    )


def ranks(first: int, last: int) -> str:
    """A set of ranks: `3rd to 17th`, or `1st` where there is one."""
    return _ordinal(first) if first == last else f"{_ordinal(first)} to {_ordinal(last)}"


def _ordinal(place: int) -> str:
    ending = "th" if place % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"

"""Later figures on other areas: shown beside the trend, and never a part of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gapwatch.reporting.answers import reason_text
from gapwatch.reporting.case import Case
from gapwatch.reporting.numbers import (
    SPACE,
    count,
    estimate,
    interval,
    number,
    percent,
    period,
    sentence,
    vintage,
    years,
)
from gapwatch.reporting.parts import Block, Column, Paragraph, Section, Table

Row = Mapping[Any, Any]


def section(case: Case) -> Section:
    """The section; empty when no later figures were carried to the study's sides."""
    found = case.tables.get("bridged_gap")
    if found is None or found.empty:
        return Section("later", "Later figures on other areas", ())
    blocks: list[Block] = []
    for bridge in case.study.geography.bridges:
        rows = found[found["geography"] == bridge.geography].to_dict("records")
        if rows:
            blocks.append(Paragraph(sentence(bridge.reason)))
            blocks += [Paragraph(text) for sex in case.sexes if (text := newest(case, rows, sex))]
            blocks += [Paragraph(text) for text in (*_fit(case, rows), WARNING)]
            blocks.append(_table(case, bridge.geography, rows))
    return Section("later", "Later figures on other areas", tuple(blocks))


WARNING = (
    "No trend and no verdict in this report rests on these figures. The areas, the estimates of "
    "residents and the top age band differ from those of the trend, so a difference between the "
    "two is no sign of change."
)


def newest(case: Case, rows: Sequence[Row], sex: str) -> str:
    """The newest figure of the headline's measure; "" when it isn't carried to other areas."""
    mine = [row for row in rows if (row["measure"], row["sex"]) == (case.measure.id, sex)]
    if not mine:
        return ""
    row = max(mine, key=lambda item: (item["period_end"], item["period_start"]))
    areas = vintage(row["geography"])
    when = period(row["period_start"], row["period_end"])
    if row["reason"]:
        return f"For {sex}s on {areas}, the figure of {when} is withheld: " + sentence(
            reason_text(row["reason"])
        )
    return (
        f"For {sex}s on {areas}, the gap between {case.worse_name} and {case.better_name} was "
        f"{years(row['gap_years'])} in {when} (95%{SPACE}interval "
        f"{interval(row['lower95_years'], row['upper95_years'])})."
    )


def _fit(case: Case, rows: Sequence[Row]) -> list[str]:
    """How well the headline's sides are made of the other areas."""
    mine = next((row for row in rows if row["measure"] == case.measure.id), None)
    if mine is None:
        return []
    areas = vintage(mine["geography"])
    texts = [
        (
            f"{areas} don't follow the borders of the sides. An area counts for a side when more "
            "than half of its residents live there."
        )
    ]
    for side, name in (("worse", case.worse_name), ("better", case.better_name)):
        held = int(mine[f"{side}_areas"])
        texts.append(
            f"{count(held, 'area').capitalize()} {'counts' if held == 1 else 'count'} for {name}. "
            "The residents who are counted on the wrong side that way come to "
            f"{_share(mine[f'{side}_misplaced_share'])} of its own."
        )
    return texts


def _share(value: float) -> str:
    if math.isnan(value):
        return "an unknown share"
    return (
        "none"
        if value == 0
        else percent(min(value, 1.0))
        if value <= 1
        else (f"{number(100 * value, 0)}%")
    )


def _table(case: Case, geography: str, rows: Sequence[Row]) -> Table:
    titles = {measure.id: measure.title for measure in case.study.measures}
    order = {name: place for place, name in enumerate(titles)}
    rows = sorted(
        rows,
        key=lambda r: (order[r["measure"]], case.sexes.index(r["sex"]), r["period_end"]),
    )
    cells = tuple(
        (
            titles[row["measure"]],
            f"{row['sex']}s",
            period(row["period_start"], row["period_end"]),
            _side(row, "worse"),
            _side(row, "better"),
            f"withheld: {reason_text(row['reason'])}"
            if row["reason"]
            else estimate(row["gap_years"], row["lower95_years"], row["upper95_years"]),
        )
        for row in rows
    )
    return Table(
        id=f"table-later-{geography}",
        caption=f"The gap from figures on {vintage(geography)}, years (95%{SPACE}interval)",
        columns=(
            Column("Measure"), Column("Sex"), Column("Period"), Column("Worse off", numeric=True),
            Column("Better off", numeric=True), Column("Gap", numeric=True),
        ),
        rows=cells,
        shares=(2.4, 0.9, 1.3, 1.7, 1.7, 1.7),
        note="Neighbouring periods share years, so they can't be read as a row of independent "
        "figures. Data: data/bridged_gap.csv, data/bridge.csv.",
        folded=True,
    )  # fmt: skip


def _side(row: Row, side: str) -> str:
    value = row[f"{side}_years"]
    if value is None or math.isnan(value):
        return "withheld"
    return estimate(value, row[f"{side}_lower95_years"], row[f"{side}_upper95_years"])

"""The tables behind the chart of the gap over time."""

from __future__ import annotations

from gapwatch.reporting.document import ReportTable, TableColumn
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.rows import Window
from gapwatch.reporting.language.numbers import SPACE, estimate, interval, plain
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people

MIDDLE_COLUMNS = (
    f"Worse-off side, years (95%{SPACE}interval)",
    f"Better-off side, years (95%{SPACE}interval)",
)


def windows_table(case: Case) -> ReportTable:
    """Every window of the headline, both ends, and whether it can be compared."""
    last = max((w.segment for w in case.windows), default=1)
    rows = tuple(_window_row(w, comparable=w.segment == last) for w in case.windows)
    return ReportTable(
        id="table-gap",
        caption=f"The gap in each window: {case.measure.title}, {people(case.sexes[0])}",
        columns=(
            TableColumn("Window"),
            TableColumn(f"Gap, years (95%{SPACE}interval)", numeric=True),
            *(TableColumn(label, numeric=True) for label in MIDDLE_COLUMNS),
            TableColumn(f"Relative gap (95%{SPACE}interval)", numeric=True),
            TableColumn("Comparable"),
        ),
        rows=rows,
        shares=(1.2, 1.8, 2.0, 2.0, 2.2, 1.2),
        note="Relative gap: the better-off side divided by the worse-off side.",
        folded=True,
    )


def _window_row(window: Window, *, comparable: bool) -> tuple[str, ...]:
    gap = (
        estimate(window.gap.value, window.gap.lower, window.gap.upper)
        if window.gap
        else f"withheld: {reason_text(window.reason)}"
    )
    sides = (
        estimate(e.value, e.lower, e.upper) if e else "not available"
        for e in (window.worse, window.better)
    )
    ratio = window.relative
    relative = estimate(ratio.value, ratio.lower, ratio.upper, 3) if ratio else "not available"
    told = "no, provisional" if window.provisional else "yes" if comparable else "no"
    return (window.label, gap, *sides, relative, told)


def path_table(case: Case) -> ReportTable:
    """The expected gap of every calendar year, its ranges, and the target line."""
    path = case.path
    rows = tuple(
        (
            str(int(row["year"])),
            "projected" if row["is_projected"] else "observed",
            plain(float(row["mean_years"])),
            *(
                interval(float(row[f"lower{level}_years"]), float(row[f"upper{level}_years"]))
                for level in (50, 80, 95)
            ),
            "–"
            if row["target_line_years"] != row["target_line_years"]
            else plain(float(row["target_line_years"])),
        )
        for row in path.to_dict("records")
    )
    return ReportTable(
        id="table-trajectory",
        caption="The expected gap of each calendar year and the target line, years",
        columns=(
            TableColumn("Year"),
            TableColumn("Years of data"),
            TableColumn("Expected", numeric=True),
            TableColumn("50% range", numeric=True),
            TableColumn("80% range", numeric=True),
            TableColumn("95% range", numeric=True),
            TableColumn("Target line", numeric=True),
        ),
        rows=rows,
        shares=(0.8, 1.2, 1, 1.5, 1.5, 1.5, 1),
        note="What the old figures alone would imply. Not a forecast." if case.is_old else "",
        folded=True,
    )

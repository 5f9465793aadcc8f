"""The ledger of revisions: what moved between two releases of one study, and why."""

from __future__ import annotations

from gapwatch.contracts.schema import MEASURE, SEX, SLUG, Check, Column, Table, text

# The order in which the kinds are told apart, which is part of what they mean.
KINDS = ("code", "study", "vintage", "revised", "period")
_KIND = f"({'|'.join(KINDS)})"

REVISION = Table(
    "revision",
    "Published numbers that moved since an earlier release; the changes of one number, step by "
    "step, add up to its whole change",
    (
        text(
            "table_name",
            "Table that publishes the number",
            choices=("gap", "verdict", "bridged_gap"),
        ),
        text(
            "geography",
            "Areas that a bridged gap is carried to; empty for the study's own",
            pattern=f"({SLUG})?",
            may_be_empty=True,
        ),
        MEASURE,
        SEX,
        text(
            "period",
            "Window of the number; 'newest' for the newest comparable gap of each "
            "release, whichever window that is; empty for a verdict",
            pattern="([0-9]{4} to [0-9]{4}|newest)?",
            may_be_empty=True,
        ),
        text("figure", "Column that holds the number, with its unit", pattern="[a-z][a-z0-9_]*"),
        Column(
            "step",
            "integer",
            "Place of the step between the two releases",
            minimum=1,
            maximum=len(KINDS) + 1,
        ),
        text(
            "kind",
            "What changed at this step; several kinds where they can't be told apart",
            pattern=f"{_KIND}((, {_KIND})* and {_KIND})?",
        ),
        text(
            "from_value",
            "The number before the step, as exported; empty when missing",
            may_be_empty=True,
        ),
        text(
            "to_value",
            "The number after the step, as exported; empty when missing",
            may_be_empty=True,
        ),
        Column(
            "change",
            "number",
            "to_value minus from_value, in the column's own unit; empty unless both are numbers",
            nullable=True,
        ),
        text(
            "unit",
            "Unit of the number; empty for words, codes and counts without a unit",
            may_be_empty=True,
        ),
        text(
            "reason",
            "Why there is no change: it came (was missing before), it went (is missing "
            "after), or it isn't a number",
            choices=("", "came", "went", "words"),
            may_be_empty=True,
        ),
    ),
    key=("table_name", "geography", "measure", "sex", "period", "figure", "step"),
    checks=(
        Check("something_moved", "from_value <> to_value", "each row is a change"),
        Check(
            "reason_when_no_change",
            "(change IS NULL) = (reason <> '')",
            "a missing change has a reason, and only a missing change",
        ),
    ),
)

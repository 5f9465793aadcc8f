"""What no check of the files would show: slips that leave a place such as there may be.

Each was made on invented places, thousands of times (tests/everyday/slips.py), and what is said
here of how far it moved the gap is held against that. docs/methods.md says which check sees what.
"""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.contracts import COMPUTED_LIFE_EXPECTANCY
from gapwatch.reporting.document import Block, Items, Paragraph, Subheading, annexed
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import years


@dataclass(frozen=True)
class BlindSpot:
    """A slip that may pass: what it is, and the most that it moved a gap, in years.

    `own` says whether it is one of counted deaths and residents; others are of published figures.
    """

    slip: str
    text: str
    most_gap_years: float
    own: bool = True


BLIND_SPOTS = (
    BlindSpot(
        "two ages exchanged",
        "two ages of about as many people, or two below 35, in each other's place",
        0.4,
    ),
    BlindSpot("a band merged", "deaths of one young age told in the next for some years", 0.1),
    BlindSpot(
        "a last year that is not over",
        "a newest year that lacks up to a fifth of its deaths, as a small place may by chance",
        0.9,
    ),
    BlindSpot(
        "a year shifted",
        "deaths or residents of two neighbouring years in each other's place, where no publisher's "
        "totals are near in time",
        1.5,
    ),
    BlindSpot(
        "a block led to another area",
        "small areas led to another area, where neither totals nor published windows are near in "
        "time",
        2.5,
    ),
    BlindSpot(
        "life expectancy at another age",
        "published life expectancy at age 5 in place of that at birth, which leaves the gap as "
        "it is",
        0.0,
        own=False,
    ),
)


def blocks(case: Case) -> list[Block]:
    """The slips that nothing in this snapshot would show, for the annex."""
    own = COMPUTED_LIFE_EXPECTANCY.name in case.tables
    mine = [spot for spot in BLIND_SPOTS if spot.own == own]
    return [
        Subheading("What no check would show"),
        *annexed(
            [
                Paragraph(
                    "A slip that leaves figures such as a place may have passes every check. Of "
                    f"thousands of slips made on invented places {'these' if own else 'this one'} "
                    "did:"
                ),
                Items(tuple(f"{spot.text}{_most(spot)}" for spot in mine)),
            ]
        ),
    ]


def _most(spot: BlindSpot) -> str:
    return f" (the gap moved by up to {years(spot.most_gap_years)})" if spot.most_gap_years else ""

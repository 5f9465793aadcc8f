"""What may happen to the invented borough: each scenario a true path of the gap, and its verdict.

A ward's log mortality is its deprivation times a gradient (`mortality`). Wards above the borough's
middle have the gradient `worse`, wards below it the gradient `better`; both run in a straight line
from `FIRST` to `LAST`. So a gap narrows because the worse-off side improves (`worse` falls) or
because the better-off side is dragged down (`better` falls), and the scenario says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gapwatch.codes import labelled
from gapwatch.errors import UsageError

FIRST, LAST = 2001, 2035
Line = tuple[float, float]


@dataclass(frozen=True)
class Scenario:
    """A true path and the verdict that it deserves.

    `worse`, `better`: gradient in the years FIRST and LAST, as log mortality per unit of
    deprivation. `shock`: excess log mortality by year, times the deprivation of the wards above
    the middle, on top of half of it everywhere. `counted`: residents aged 20 to 44 of the
    worse-off side as published, per resident there is. `verdict` is what a reader with perfect
    sight would say; `path` tells the true gap in words, and `levels_down` says that shorter lives
    make it smaller.
    """

    name: str
    path: str
    verdict: str
    worse: Line
    better: Line
    shock: Mapping[int, float] = field(default_factory=dict)
    counted: float = 1.0
    levels_down: bool = False

    @property
    def label(self) -> str:
        """What the verdict is to be called."""
        return labelled(self.verdict, self.levels_down)

    def gradients(self, year: int) -> Line:
        """The gradients of wards above and below the middle in a year."""
        share = (year - FIRST) / (LAST - FIRST)
        worse, better = ((a + (b - a) * share) for a, b in (self.worse, self.better))
        return worse, better


_CLOSING: tuple[Line, Line] = ((1.35, 0.10), (0.55, 0.40))
MISCOUNT = 1.15
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "halving",
            "falls steadily to well under half by 2035, because the worse-off side lives longer",
            "on track",
            *_CLOSING,
        ),
        Scenario("no-change", "stays where it was", "off track", (1.15, 1.15), (0.50, 0.50)),
        Scenario(
            "widening",
            "grows, because the better-off side alone lives longer",
            "wrong direction",
            (0.90, 1.40),
            (0.45, 0.75),
        ),
        Scenario(
            "levelling-down",
            "falls as much as in halving, because the better-off side lives shorter lives",
            "on track",
            (0.80, 1.00),
            (1.15, -0.65),
            levels_down=True,
        ),
        Scenario(
            "pandemic",
            "as in halving, but for two years in which the worse-off side loses several years more",
            "on track",
            *_CLOSING,
            shock={2020: 0.28, 2021: 0.18},
        ),
        Scenario(
            "undercount",
            "as in halving; but residents of the worse-off side aged 20 to 44 are undercounted: "
            "there are 15% more of them than published, so that the published gap is too wide",
            "on track",
            *_CLOSING,
            counted=1 / MISCOUNT,
        ),
    )
}
DEFAULT = "halving"


def scenario(name: str) -> Scenario:
    """The scenario of a name; UsageError, with all names, for one that there isn't."""
    if name not in SCENARIOS:
        raise UsageError(
            "--scenario",
            expected=f"one of {', '.join(SCENARIOS)}",
            found=repr(name),
            remedy="name one of these",
        )
    return SCENARIOS[name]

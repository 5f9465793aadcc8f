"""What was expected of an initiative, as it was written down, and which version is judged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gapwatch.initiatives.panel import Window


@dataclass(frozen=True)
class RegisteredExpectation:
    """One version of an expectation; `comparators` is empty for all other areas."""

    id: str
    version: int
    initiative: str
    indicator: str
    direction: str
    size_percent: float
    before: Window
    after: Window
    design: str
    comparators: tuple[str, ...]
    registered_on: str

    @property
    def sign(self) -> int:
        """-1 where a lower rate is expected, 1 where a higher one is."""
        return -1 if self.direction == "lower" else 1

    @property
    def stated_percent(self) -> float:
        """The stated change, with its sign."""
        return self.sign * self.size_percent

    @property
    def stated_log(self) -> float:
        """The stated change as a log ratio."""
        return math.log1p(self.stated_percent / 100.0)


def expectations(frame: pd.DataFrame | None) -> tuple[RegisteredExpectation, ...]:
    """The table `expectation`, a version at a time; none without the table."""
    if frame is None:
        return ()
    found: list[dict[Any, Any]] = frame.astype(object).to_dict("records")
    return tuple(
        RegisteredExpectation(
            id=row["expectation"],
            version=int(row["version"]),
            initiative=row["initiative"],
            indicator=row["indicator"],
            direction=row["direction"],
            size_percent=float(row["size_percent"]),
            before=(int(row["before_start"]), int(row["before_end"])),
            after=(int(row["after_start"]), int(row["after_end"])),
            design=row["design"],
            comparators=tuple(row["comparators"].split()),
            registered_on=row["registered_on"],
        )
        for row in found
    )


def judged_version(
    versions: Sequence[RegisteredExpectation], first_day: str
) -> RegisteredExpectation | None:
    """The newest version that was registered before the start; None where there is none.

    `first_day` is the earliest day that the start can be, "" where it isn't known: then nobody can
    say which came first.
    """
    early = [one for one in versions if first_day and one.registered_on < first_day]
    return max(early, key=lambda one: one.version, default=None)

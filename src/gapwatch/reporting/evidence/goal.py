"""What was promised, and what the gap has to be halved from."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.reporting.evidence import targets
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.language.numbers import marked
from gapwatch.reporting.language.phrases import HALF


@dataclass(frozen=True)
class Goal:
    """What was promised: cut the gap to `share` of its baseline by `deadline`.

    `of` names the baseline where it must be said which one is meant.
    """

    share: float
    deadline: int
    of: str = ""

    @property
    def done(self) -> str:
        """`halved`, `cut by 40%`, `halved from the stated 14 years`, or `closed`."""
        if self.share == 0:
            return "closed"
        cut = marked(f"{round(100 * (1 - self.share), 4):g}")
        told = "halved" if self.share == HALF else f"cut by {cut}%"
        return f"{told} from {self.of}" if self.of else told


def goal(case: Case) -> Goal:
    """The promise as a share of the baseline and a deadline."""
    promise = case.study.promise
    of = targets.from_what(case, case.sexes[0])
    return Goal(promise.share_of_baseline, promise.deadline_year, of)

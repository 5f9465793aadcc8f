"""Sources that a pull could not renew: what is told of them, and what the snapshot records."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from gapwatch.errors import GapwatchError, SourceError, UnavailableError
from gapwatch.pulls.settling import Parts
from gapwatch.snapshots import Missed
from gapwatch.study import Study, rests_on

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NotRenewed:
    """A source that could not be renewed, for people and programs.

    `figures_of` is the day on which the figures that stand in its place were taken, None where
    none were; `since` the day of the first pull that missed it. `decides` says that the verdict
    rests on it.
    """

    source: str
    figures_of: str | None
    since: str
    why: str
    decides: bool
    problem: str
    remedy: str

    def __str__(self) -> str:
        held = f"figures taken on {self.figures_of} stand" if self.figures_of else "left out"
        loud = "; THE VERDICT RESTS ON THEM" if self.decides else ""
        return f"{self.source}: not renewed, {held}{loud}. {self.problem}"


@dataclass(frozen=True)
class Lost:
    """What is told, and the record of it."""

    told: NotRenewed
    missed: Missed


class Started(Protocol):
    """What is needed of gapwatch.pulling.Base."""

    @property
    def missed(self) -> Mapping[str, Missed]:
        """What the pull before missed."""
        ...


def lost_sources(
    study: Study,
    faults: Mapping[str, GapwatchError],
    refused: Collection[str],
    parts: Parts,
    base: Started,
    today: dt.date,
) -> list[Lost]:
    """Each source with a fault, in the study's order; `refused` are those that made no sense.

    One that was missed before keeps the day since which it is.
    """
    found = []
    for source in study.sources:
        error = faults.get(source.id)
        if error is None:
            continue
        before = base.missed.get(source.id)
        missed = before or Missed(why=_why(error, source.id in refused), since=today)
        held = parts.get(source.id)
        told = NotRenewed(
            source=source.id,
            figures_of=None if held is None else held.pin.obtained_on.isoformat(),
            since=missed.since.isoformat(),
            why=missed.why,
            decides=rests_on(study, source) and held is not None,
            problem=f"{error.where}: expected {error.expected}, found {error.found}",
            remedy=error.remedy,
        )
        log.warning("%s", told)
        found.append(Lost(told, missed))
    return found


def _why(error: GapwatchError, refused: bool) -> Literal["no-answer", "unreadable", "refused"]:
    if refused or not isinstance(error, SourceError):
        return "refused"
    return "no-answer" if isinstance(error, UnavailableError) else "unreadable"

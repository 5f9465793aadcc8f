"""Who promised what and when: one statement, or several versions of a promise in time."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from gapwatch.errors import StudyError, UnfitError
from gapwatch.study.base import Part, Period, Sex, Text, Year

_STATED = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
Stated = TypeVar("Stated", "Promise", Mapping[str, Any])


def _as_text(value: object) -> object:
    """A date or a year of TOML as text."""
    return str(value) if isinstance(value, dt.date) or type(value) is int else value


def _a_time(text: str) -> str:
    if text:
        try:
            span(text)
        except ValueError as error:
            raise UnfitError(
                "a year, a month or a day as stated_on, such as 2022 or 2022-11", repr(text)
            ) from error
    return text


def span(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a year, a month or a day in ISO 8601; ValueError for anything else."""
    found = _STATED.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or month is None:
        return dt.date(year or 0, 1, 1), dt.date(year or 0, 12, 31)
    if day is None:
        last = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0  # noqa: PLR2004
        return dt.date(year, month, 1), dt.date(year, month, last)
    return dt.date(year, month, day), dt.date(year, month, day)


StatedOn = Annotated[str, BeforeValidator(_as_text), Field(max_length=10), AfterValidator(_a_time)]


class Promise(Part):
    """Who promised what, with the figures as they were stated and where they were stated.

    `share_of_baseline` is what is to be left of the gap: 0.5 halves it, and 0 eliminates it, which
    is read as a gap at or below zero. A promise that was changed is a list of `[[promises]]`, one
    for each version, in place of `[promise]`: `stated_on` is the year, month or day in ISO 8601 on
    which each was stated. The newest that was stated by the day of a report is in force and
    decides; older ones are judged beside it. The baseline was over, or running, when the promise
    was stated, and is over on the day of the snapshot; the deadline is 2100 at the latest.
    """

    text: Text
    made_by: Text
    source: Text
    sex: Sex
    stated_worse_years: float = Field(gt=0, lt=130)
    stated_better_years: float = Field(gt=0, lt=130)
    stated_gap_years: float = Field(gt=0, lt=130)
    baseline_period: Period
    share_of_baseline: float = Field(ge=0, lt=1)
    deadline_year: Annotated[Year, Field(le=2100)]
    stated_on: StatedOn = ""

    def require_past_baseline(self, day: dt.date) -> None:
        """Raise StudyError for a baseline that isn't over, or not even begun, on a day."""
        first, last = self.baseline_period
        if last > day.year:
            raise StudyError(
                "the study, promise.baseline_period",
                expected=f"years up to {day.year}, that of the snapshot ({day.isoformat()})",
                found=f"{first} to {last}",
                remedy="correct it to the years whose gap the promise is about",
            )

    @property
    def stated_by(self) -> dt.date:
        """The day by which it surely was stated."""
        return span(self.stated_on)[1] if self.stated_on else dt.date.min


def newest(versions: Sequence[Stated]) -> Stated:
    """The version that was stated last, of versions as a file or a study has them."""
    return max(versions, key=_stated_on)


def in_force(content: Mapping[str, Any], day: dt.date) -> Mapping[str, Any]:
    """The promise of a study file's content that was in force on a day; the first where none was.

    The content is of a file that was read as a study before.
    """
    versions = content.get("promises") or [content["promise"]]
    known = [one for one in versions if _known(one, day)]
    return newest(known or [min(versions, key=_stated_on)])


def _stated_on(version: Any) -> str:
    if isinstance(version, Mapping):
        return str(version.get("stated_on", ""))
    return str(getattr(version, "stated_on", ""))


def _known(version: Mapping[str, Any], day: dt.date) -> bool:
    text = _stated_on(version)
    return not text or span(text)[1] <= day

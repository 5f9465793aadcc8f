"""Times as publishers write them: calendar, financial and school years, windows, months, days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Literal, NamedTuple

from gapwatch.errors import UnfitError

YearKind = Literal["financial", "school"]
_STARTS: dict[YearKind, tuple[int, int]] = {"financial": (4, 1), "school": (9, 1)}
_FIRST_YEAR, _LAST_YEAR = 1801, 2200
_LONGEST_WINDOW = 50
_TWO_DIGITS = 2
_MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TO = r"(?: ?[-–] ?| to )"
_SLASHED = r"([0-9]{4})/([0-9]{4}|[0-9]{2})"
_YEARS = re.compile(rf"([0-9]{{4}})(?:{_TO}([0-9]{{4}}|[0-9]{{2}}))?")
_OF_TWO = re.compile(rf"{_SLASHED}(?:{_TO}([0-9]{{4}}|[0-9]{{2}})/([0-9]{{4}}|[0-9]{{2}}))?")
_ENDING = re.compile(
    rf"(?:fye|financial year ending|year ending|year to)(?: (?:march|mar|31 march))? ([0-9]{{4}})"
    rf"(?:{_TO}(?:fye )?([0-9]{{4}}))?"
)
_NUMBERED_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_NAMED_MONTH = re.compile(rf"(?:({_MONTH}) ([0-9]{{4}})|([0-9]{{4}}) ({_MONTH}))")
_MONTHS_TO = re.compile(rf"({_MONTH}) ([0-9]{{4}}){_TO}({_MONTH}) ([0-9]{{4}})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NAMED_DAY = re.compile(rf"(?:at )?([0-9]{{1,2}}) ({_MONTH}) ([0-9]{{4}})")
_MID = re.compile(r"mid[- ]?(?:year )?([0-9]{4})")


class Span(NamedTuple):
    """The first and the last day of a time."""

    first: dt.date
    last: dt.date


class PeriodError(UnfitError):
    """A time that can't be read; `mislabelled` where it contradicts itself, as 2011/13 does."""

    def __init__(self, text: str, expected: str, *, mislabelled: bool = False) -> None:
        super().__init__(expected, repr(text))
        self.text, self.mislabelled = text, mislabelled


def read_span(text: str, of_two: YearKind = "financial", *, monthly: bool = False) -> Span:
    """First and last day of a time as a publisher writes it.

    `2011`, `2016 - 20`, `1999-2003`, `2016 to 2020` are calendar years. `2014/15` and `2010/11 to
    2012/13` are years that begin on 1 April, or on 1 September where `of_two` says `school`.
    `FYE 2025` is the financial year that ends on 31 March 2025. `2026-06`, `June 2026` and
    `Jun 2026` are months, `Jan 2025-Dec 2025` several; `2026-06-30`, `30 June 2026` and `mid-2026`
    (30 June) are days. A last year of two digits is the next one that ends so; `2010-11` is a
    window of two years, unless `monthly` says that such a text is a month.

    Raises PeriodError for anything else. It is mislabelled where the two parts of a year don't
    follow each other, as in `2011/13`, or a window ends before it starts.
    """
    plain = " ".join(text.replace("\u2013", "-").split()).lower()
    for pattern, read in (
        (_YEARS, _years),
        (_ENDING, _ending),
        (_NUMBERED_MONTH, _numbered_month),
        (_NAMED_MONTH, _named_month),
        (_MONTHS_TO, _months),
        (_DAY, _day),
        (_NAMED_DAY, _named_day),
        (_MID, _mid),
    ):
        match = pattern.fullmatch(plain)
        if match and not (pattern is _YEARS and _is_month(plain, monthly=monthly)):
            return _checked(text, read(text, match))
    match = _OF_TWO.fullmatch(plain)
    if match:
        return _checked(text, _of_two_years(text, match, of_two))
    raise PeriodError(text, "a time such as 2011, 2014/15, FYE 2025, 2009 to 2013 or June 2026")


def fits(text: str, first: dt.date, last: dt.date) -> bool:
    """Whether a time as written is the one from `first` to `last`, by either kind of split year.

    Raises PeriodError as `read_span`.
    """
    return any(read_span(text, kind) == (first, last) for kind in _STARTS)


def _is_month(plain: str, *, monthly: bool) -> bool:
    """Whether a year, a hyphen and two digits are a month: as is said, or since no window is so."""
    match = _NUMBERED_MONTH.fullmatch(plain)
    if match is None or not 1 <= int(match[2]) <= 12:  # noqa: PLR2004 - months of a year
        return False
    steps = (int(match[2]) - int(match[1])) % 100
    return monthly or not 0 < steps <= _LONGEST_WINDOW


def _checked(text: str, span: Span) -> Span:
    if not _FIRST_YEAR <= span.first.year <= span.last.year <= _LAST_YEAR:
        raise PeriodError(text, f"years from {_FIRST_YEAR} to {_LAST_YEAR}")
    if span.last < span.first:
        raise PeriodError(text, "a time that ends after it starts", mislabelled=True)
    return span


def _ending_year(text: str, first: int, ending: str) -> int:
    """A last year of four digits, or the next one after `first` that ends in these two."""
    if len(ending) != _TWO_DIGITS:
        return int(ending)
    last = first // 100 * 100 + int(ending)
    last += 100 if last < first else 0
    if last - first > _LONGEST_WINDOW:
        raise PeriodError(text, "a window that ends after it starts", mislabelled=True)
    return last


def _years(text: str, match: re.Match[str]) -> Span:
    first = int(match[1])
    last = _ending_year(text, first, match[2] or match[1])
    if last < first:
        raise PeriodError(text, "a window that ends after it starts", mislabelled=True)
    return Span(_date(text, first, 1, 1), _date(text, last, 12, 31))


def _of_two_years(text: str, match: re.Match[str], kind: YearKind) -> Span:
    first = int(match[1])
    start = first
    if _ending_year(text, first, match[2]) != first + 1:
        raise PeriodError(text, "two years that follow each other", mislabelled=True)
    if match[3] is not None:
        start = _ending_year(text, first, match[3])
        if _ending_year(text, start, match[4]) != start + 1 or start < first:
            raise PeriodError(text, "two years that follow each other", mislabelled=True)
    month, day = _STARTS[kind]
    after = _date(text, start + 1, month, day)
    return Span(_date(text, first, month, day), after - dt.timedelta(days=1))


def _ending(text: str, match: re.Match[str]) -> Span:
    first, last = int(match[1]), int(match[2] or match[1])
    return Span(_date(text, first - 1, 4, 1), _date(text, last, 3, 31))


def _numbered_month(text: str, match: re.Match[str]) -> Span:
    return _month(text, int(match[1]), int(match[2]))


def _named_month(text: str, match: re.Match[str]) -> Span:
    name, year = (match[1], match[2]) if match[1] else (match[4], match[3])
    return _month(text, int(year), _MONTHS[name])


def _months(text: str, match: re.Match[str]) -> Span:
    first = _month(text, int(match[2]), _MONTHS[match[1]]).first
    return Span(first, _month(text, int(match[4]), _MONTHS[match[3]]).last)


def _month(text: str, year: int, month: int) -> Span:
    first = _date(text, year, month, 1)
    return Span(first, first.replace(day=calendar.monthrange(year, month)[1]))


def _day(text: str, match: re.Match[str]) -> Span:
    day = _date(text, int(match[1]), int(match[2]), int(match[3]))
    return Span(day, day)


def _named_day(text: str, match: re.Match[str]) -> Span:
    day = _date(text, int(match[3]), _MONTHS[match[2]], int(match[1]))
    return Span(day, day)


def _mid(text: str, match: re.Match[str]) -> Span:
    day = _date(text, int(match[1]), 6, 30)
    return Span(day, day)


def _date(text: str, year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise PeriodError(text, "a day of the calendar") from error

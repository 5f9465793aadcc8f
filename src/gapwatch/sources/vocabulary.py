"""The words that publishers use for periods, sexes and ages, turned into numbers.

Every function raises UnfitError for a text that it doesn't know.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal, NoReturn

from gapwatch.errors import UnfitError

_NOTE = re.compile(r"\s*\[(?:note|notes) [0-9, ]+\]$")
_YEARS = re.compile(r"([0-9]{4})(?: ?- ?([0-9]{4}|[0-9]{2})| to ([0-9]{4}))?")
_FINANCIAL = re.compile(r"[0-9]{4}/[0-9]{2}(?:[0-9]{2})?(?: ?- ?[0-9]{2,4}/[0-9]{2}(?:[0-9]{2})?)?")
_FIRST_YEAR, _LAST_YEAR, _LAST_AGE = 1801, 2200, 120
_TWO_DIGITS = 2
# A last year of two digits must be near: "2019-18" is a slip, not a window of 99 years.
_LONGEST_WINDOW = 50
_SEXES: dict[str, Literal["female", "male"] | None] = {
    "female": "female",
    "females": "female",
    "f": "female",
    "male": "male",
    "males": "male",
    "m": "male",
    "persons": None,
    "person": None,
    "not applicable": None,
}
_PERSONS = ("persons", "person")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DATES = {
    "yyyy-mm-dd": re.compile(
        r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
        r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
    ),
    "dd/mm/yyyy": re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    "yyyy-mm": re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})(?P<d>)"),
}
_TIME_OF_DAY = re.compile(
    r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_UNIT = r"(?: ?(?:yrs?|years?))?(?: old)?"
_AGED = r"(?:aged? )?"
_UNDER_ONE = re.compile(rf"{_AGED}(?:under|less than|<) ?1{_UNIT}")
_SINGLE = re.compile(rf"{_AGED}([0-9]{{1,3}}){_UNIT}")
_BAND = re.compile(rf"{_AGED}([0-9]{{1,3}})(?: ?- ?| to )([0-9]{{1,3}}){_UNIT}")
_OPEN = re.compile(rf"{_AGED}([0-9]{{1,3}})(?: ?\+{_UNIT}|{_UNIT}(?: and (?:over|above)| ?\+))")


def parse_period(text: str) -> tuple[int, int]:
    """First and last calendar year of a window: `2019`, `2016 - 20`, `1999-2003`, `2016 to 2020`.

    A last year of two digits is the next one that ends so: `1999-00` is 1999 to 2000. A financial
    year (`2019/20`) is refused: it begins in April and is no calendar window.
    """
    plain = _plain(text)
    if _FINANCIAL.fullmatch(plain):
        _refuse("a calendar year or a window of them", f"the financial year {text!r}")
    match = _YEARS.fullmatch(plain)
    if not match:
        _refuse("a calendar year or a window, such as 2019 or 2016 - 20", repr(text))
    first = int(match[1])
    ending = match[2] or match[3] or match[1]
    last = int(ending)
    short = len(ending) == _TWO_DIGITS
    if short:
        last += first // 100 * 100
        last += 100 if last < first else 0
    if not _FIRST_YEAR <= first <= last <= _LAST_YEAR or (short and last - first > _LONGEST_WINDOW):
        _refuse("a window that ends after it starts", repr(text))
    return first, last


def parse_sex(text: str) -> Literal["female", "male"] | None:
    """`female` or `male`; None for persons, and where sex doesn't apply."""
    word = _plain(text)
    if word not in _SEXES:
        _refuse("a sex: Female, Male, Persons or Not applicable", repr(text))
    return _SEXES[word]


def is_persons(text: str) -> bool:
    """Whether a word means both sexes together."""
    return _plain(text) in _PERSONS


def parse_month(text: str) -> str:
    """A month as two digits, from its number or its English name, whole or the first three letters.

    ValueError for anything else.
    """
    word = _plain(text)
    if re.fullmatch("0?[1-9]|1[0-2]", word):
        return word.zfill(2)
    named = [at for at, name in enumerate(_MONTHS, 1) if word in (name, name[:3])]
    if not named:
        _refuse("a month, 1 to 12 or an English name", repr(text))
    return f"{named[0]:02}"


def parse_date(text: str, form: str) -> tuple[int, str]:
    """Year and month of a date that is written in the form `form`; the day must be one of them."""
    match = _DATES[form].fullmatch(text.strip())
    if match is None:
        _refuse(f"a date of the form {form}", repr(text))
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"] or 1)
    try:
        dt.date(year, month, day)
    except ValueError:
        _refuse("a date that the calendar has", repr(text))
    return year, f"{month:02}"


def parse_day(text: str, form: str | None) -> str:
    """A day, month or year in ISO 8601, as precise as it is written.

    A time of day behind a date is left out. With a `form`, dates are written so, and a year may
    stand alone.
    """
    word = text.strip()
    if re.fullmatch(r"[12][0-9]{3}", word):
        return word
    if form == "dd/mm/yyyy":
        match = _DATES[form].fullmatch(word)
        word = f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}" if match else word
    else:
        word = _TIME_OF_DAY.sub("", word)
    found = re.fullmatch(r"([12][0-9]{3})-([0-9]{2})(?:-([0-9]{2}))?", word)
    wanted = f"a date of the form {form or 'yyyy-mm-dd'}, a month (yyyy-mm) or a year"
    if found is None:
        _refuse(wanted, repr(text))
    try:
        dt.date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        _refuse("a date that the calendar has", repr(text))
    return word


def parse_age(text: str) -> tuple[int, int | None] | None:
    """First and last age of a band, in completed years; None for all ages.

    The last age is None for an open band (`90 and over`, `90+`); `under 1` is 0 to 0.
    """
    plain = _plain(text)
    if plain in ("all ages", "all"):
        return None
    if _UNDER_ONE.fullmatch(plain):
        return 0, 0
    if match := _SINGLE.fullmatch(plain):
        first, last = int(match[1]), int(match[1])
    elif match := _BAND.fullmatch(plain):
        first, last = int(match[1]), int(match[2])
    elif match := _OPEN.fullmatch(plain):
        first, last = int(match[1]), None
    else:
        _refuse("an age or a band of ages, such as 85 to 89 or 90 and over", repr(text))
    if first > _LAST_AGE or (last is not None and not first <= last <= _LAST_AGE):
        _refuse(f"ages in order, up to {_LAST_AGE}", repr(text))
    return first, last


def _plain(text: str) -> str:
    """Lower case, one kind of dash and space, no reference to a note."""
    words = " ".join(re.sub("[\u2010-\u2015]", "-", text).split()).lower()
    return _NOTE.sub("", words) if words.isascii() else words


def _refuse(expected: str, found: str) -> NoReturn:
    raise UnfitError(expected, found)

"""Ages with a unit of their own: completed years from months, weeks, days or hours."""

from __future__ import annotations

import re

from gapwatch.errors import UnfitError
from gapwatch.sources.vocabulary import parse_age

UNITS = {
    word: unit
    for unit, words in {
        "years": "years year yrs yr y ys annum",
        "months": "months month mths mth mon mons mo mos m",
        "weeks": "weeks week wks wk w",
        "days": "days day dys d",
        "hours": "hours hour hrs hr h",
        "minutes": "minutes minute mins min",
    }.items()
    for word in words.split()
}
_PER_YEAR = {"months": 12, "weeks": 52.18, "days": 365.25, "hours": 8766, "minutes": 525_960}
_NAMED = re.compile(
    r"(?:units?(?: of)?[ _-]*age|age[ _-]*(?:at[ _-]*death[ _-]*)?(?:c[ _-]*)?(?:units?|type))"
    r"(?:[ _-]*codes?)?",
    re.IGNORECASE,
)
_IN_NAME = re.compile(r"(?<![a-z])(months?|mths?|weeks?|wks?|days?|hours?|hrs?)(?![a-z])")


def is_unit_column(name: str) -> bool:
    """Whether a column's name says that it holds units of age."""
    return _NAMED.fullmatch(name) is not None


def unit_in_name(name: str) -> str:
    """The unit other than years in which a column of ages is, by its name; empty for none."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", name).lower()
    match = _IN_NAME.search(words)
    return UNITS[match[1]] if match else ""


def in_years(age: str, unit: str) -> str:
    """An age in completed years, in words that `age` is read from.

    Raises UnfitError for a unit that isn't known, and for a band or an age that
    isn't a whole number in a unit other than years.
    """
    known = UNITS.get(unit.casefold().rstrip("."))
    if known is None:
        raise UnfitError("a unit of age: years, months, weeks, days, hours or minutes", f"{unit!r}")
    if known == "years":
        return age
    if not re.fullmatch("[0-9]{1,7}", age):
        raise UnfitError(f"a whole number of {known}", f"{age!r}")
    years = int(int(age) / _PER_YEAR[known])
    parse_age(str(years))
    return str(years)

"""Numbers as readers see them: formatted once, here, so that every page says the same.

Rounding must never flip a statement. A bound that isn't zero never prints as zero, and two
different values that stand side by side never print alike (`apart`).
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from gapwatch.contracts import CALENDAR_YEAR
from gapwatch.reporting.language.speech import spoken

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
WHOLE = "borough"
"""The geography of the place as a whole, in tables of our own."""
ACRONYMS = ("lsoa", "msoa", "oa", "iz", "dz", "sa")
MISSING = "not available"
MOST_DECIMALS = 6
NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: float, decimals: int = 1, *, plus: bool = False) -> str:
    """`value` with halves away from zero, a true minus sign and the language's marks between
    thousands and before decimals; never a minus zero."""
    exact = Decimal(repr(float(value)))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if rounded == 0:
        return marked(f"{abs(rounded):,}")
    sign = MINUS if rounded < 0 else "+" if plus else ""
    return marked(f"{sign}{abs(rounded):,}")


def marked(text: str) -> str:
    """A number as Python writes it, `1,234.5`, with the marks of the language."""
    tongue = spoken().tongue
    if (tongue.thousands, tongue.decimal) == (",", "."):
        return text
    return text.translate({ord(","): tongue.thousands, ord("."): tongue.decimal})


def unmarked(text: str) -> str:
    """A printed number as Python writes it: what `marked` was given."""
    tongue = spoken().tongue
    if (tongue.thousands, tongue.decimal) == (",", "."):
        return text
    back = {tongue.thousands: ",", tongue.decimal: "."}
    marks = "".join(map(re.escape, back))
    return re.sub(rf"(?<=\d)[{marks}](?=\d)", lambda found: back[found.group()], text)


def whole(value: int) -> str:
    """A whole number: `12,345`."""
    return marked(f"{value:,}")


def _decimals_for(values: tuple[float, ...], decimals: int) -> int:
    """Least decimals at which no non-zero value prints as zero and no two unequal ones alike."""
    unequal = len(set(values))
    for places in range(decimals, MOST_DECIMALS + 1):
        shown = [number(value, places) for value in values]
        hidden = any(v != 0 and s == number(0, places) for v, s in zip(values, shown, strict=True))
        if not hidden and len(set(shown)) == unequal:
            return places
    return MOST_DECIMALS


def apart(*values: float, decimals: int = 1) -> tuple[str, ...]:
    """Values that a reader compares, at one number of decimals that keeps unequal ones unequal."""
    places = _decimals_for(values, decimals)
    return tuple(number(value, places) for value in values)


def years(value: float | None, decimals: int = 1) -> str:
    """A length of life: `8.9 years`; a value that isn't there says so."""
    if value is None:
        return MISSING
    text = number(value, _decimals_for((value,), decimals))
    return f"{text}{SPACE}year" if text == "1" else f"{text}{SPACE}years"


def interval(lower: float | None, upper: float | None, decimals: int = 1) -> str:
    """`5.3 to 12.5`: both limits at one precision.

    A limit that would print as zero and isn't says on which side of it it lies.
    """
    if lower is None or upper is None:
        return MISSING
    return f"{_limit(lower, decimals)} to {_limit(upper, decimals)}"


def _limit(value: float, decimals: int) -> str:
    shown = number(value, decimals)
    if value == 0 or shown != number(0, decimals):
        return shown
    return "just above 0" if value > 0 else "just below 0"


def plain(value: float | None, decimals: int = 1) -> str:
    """A figure for a table cell, whose heading gives the unit."""
    return MISSING if value is None else number(value, _decimals_for((value,), decimals))


def small(value: float | None, decimals: int = 1) -> str:
    """A part of a sum for a table cell: one too small to show says on which side of 0 it lies."""
    return MISSING if value is None else _limit(value, decimals)


def estimate(
    value: float | None, lower: float | None, upper: float | None, decimals: int = 1
) -> str:
    """`8.9 (5.3 to 12.5)` for a table cell."""
    if value is None:
        return MISSING
    if lower is None or upper is None:
        return plain(value, decimals)
    # Beside its interval a value may print as zero: the interval tells how near it is.
    return f"{number(value, decimals)} ({interval(lower, upper, decimals)})"


def percent(probability: float, *thresholds: float) -> str:
    """A probability as a whole percentage; never 0% or 100%, never rounded onto a threshold."""
    if probability < 0.01:  # noqa: PLR2004
        return "less than 1%"
    if probability > 0.99:  # noqa: PLR2004
        return "more than 99%"
    shown = [_beside(100 * probability, 100 * each) for each in thresholds]
    # The most decimals, or words, that any threshold asks for.
    return f"{max(shown, key=len, default=number(100 * probability, 0))}%"


def _beside(value: float, line: float) -> str:
    """A percentage that never prints as the line that it is held against."""
    for places in (0, 1):
        shown = number(value, places)
        if value == line or shown != number(line, places):
            return shown
    return (
        f"just {'over' if value > line else 'under'} {number(line, 1).removesuffix(marked('.0'))}"
    )


def line(probability: float) -> str:
    """A line that a study draws, such as 80%: exact, so with as many decimals as it takes."""
    per_cent = 100 * probability
    places = next(
        (n for n in range(MOST_DECIMALS) if round(per_cent, n) == round(per_cent, MOST_DECIMALS)),
        MOST_DECIMALS,
    )
    return f"{number(per_cent, places)}%"


def period(start: int, end: int, year_ends: str = CALENDAR_YEAR) -> str:
    """`2010 to 2014`, or `2014`; of other years `the years to June 2020 to 2024`, in a sentence."""
    words = span(start, end, year_ends)
    return words if year_ends == CALENDAR_YEAR else f"the {words}"


def span(start: int, end: int, year_ends: str = CALENDAR_YEAR) -> str:
    """The same as a label: `2010 to 2014`, `years to June 2020 to 2024`, `year to June 2024`."""
    years = str(start) if start == end else f"{start} to {end}"
    if year_ends == CALENDAR_YEAR:
        return years
    month = MONTHS[int(year_ends.partition("-")[0]) - 1]
    return f"year{'' if start == end else 's'} to {month} {years}"


def ending(year: int, year_ends: str = CALENDAR_YEAR) -> str:
    """When a year ends: `2014`, or `June 2014`."""
    if year_ends == CALENDAR_YEAR:
        return str(year)
    return f"{MONTHS[int(year_ends.partition('-')[0]) - 1]} {year}"


def date(day: dt.date) -> str:
    """`23 November 2026`; the month's name never depends on the machine's language."""
    return _dated(day.day, MONTHS[day.month - 1], str(day.year))


def _dated(day: int, month: str, year: str) -> str:
    """A day as the language says it: `23 November 2026`, or `November 23, 2026`."""
    return f"{month} {day}, {year}" if spoken().tongue.month_first else f"{day} {month} {year}"


def date_of(text: str) -> str:
    """A year, month or day in ISO 8601 as it stands in a sentence: `2021`, `April 2021`."""
    year, *rest = text.split("-")
    if not rest:
        return year
    month = MONTHS[int(rest[0]) - 1]
    return _dated(int(rest[1]), month, year) if len(rest) > 1 else f"{month} {year}"


def count(value: int, one: str, many: str = "") -> str:
    """`1 ward`, `3 wards`, `no wards`."""
    noun = one if value == 1 else many or f"{one}s"
    return f"{'no' if value == 0 else whole(value)} {noun}"


def size(value: int) -> str:
    """Bytes as readers know them."""
    return f"{whole(value)} bytes" if value < 1000 else f"{number(value / 1000)} kB"  # noqa: PLR2004


def listing(items: tuple[str, ...] | list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:  # noqa: PLR2004
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def listing_of(items: tuple[str, ...] | list[str]) -> str:
    """The same with semicolons where an item has a comma or an "and" of its own."""
    if len(items) > 1 and any(mark in item for item in items for mark in (", ", " and ")):
        return f"{'; '.join(items[:-1])}; and {items[-1]}"
    return listing(items)


def vintage(geography: str) -> str:
    """`2011 wards` for `ward2011`, `2021 MSOAs` for `msoa2021`; other names as they are.

    Where the study says what such areas are called, they are called so.
    """
    found = re.fullmatch(r"([a-z-]*[a-z])-?(\d{4})", geography)
    told = spoken().areas(geography)
    if told is not None:
        return f"{found.group(2)} {told.many}" if found else told.many
    if geography == WHOLE:
        return spoken().words.whole or geography
    if found is None or "-" in geography:
        return geography
    name, year = found.groups()
    return f"{year} {name.upper() if name in ACRONYMS else name}s"


KINDS = {
    "lsoa": "lower layer super output areas: statistical areas of about 1,500 people",
    "msoa": "middle layer super output areas: statistical areas of about 8,000 people",
}


def explained(geography: str) -> str:
    """`vintage`, with what the letters stand for where they are known: once, at first mention."""
    told = spoken().areas(geography)
    meaning = told.meaning if told else KINDS.get(geography.rstrip("0123456789"), "")
    return f"{vintage(geography)} ({meaning})" if meaning else vintage(geography)


def noun_of(geography: str) -> str:
    """One of its areas: `ward`, `MSOA`, or `area` where the name tells no more."""
    told = spoken().areas(geography)
    if told is not None:
        return told.one
    areas = vintage(geography)
    return areas[5:-1] if areas[:4].isdigit() else "area"


def nouns_of(geography: str) -> str:
    """Several of its areas: `wards`, `MSOAs`, or `areas`."""
    told = spoken().areas(geography)
    return told.many if told is not None else f"{noun_of(geography)}s"


def spelled(value: int) -> str:
    """A small number in letters."""
    return NUMERALS[value] if 0 <= value < len(NUMERALS) else whole(value)


def names_in_short(names: tuple[str, ...]) -> str:
    """A listing that says what all names begin with only once, where they end in numbers."""
    parts = [re.fullmatch(r"(.*\D)(\d+)", name) for name in names]
    heads = {part.group(1) for part in parts if part}
    if len(names) > 1 and all(parts) and len(heads) == 1:
        return heads.pop() + listing([part.group(2) for part in parts if part])
    return listing(names)


def capital(text: str) -> str:
    """`text` with a capital first; the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def sentence(text: str) -> str:
    """`text` with a capital first and one full stop at the end."""
    text = text.strip()
    if not text:
        return ""
    if text.split()[0].rstrip(",.:;").isalpha():
        # A column's name, such as imd2010_average_score, is no word.
        text = capital(text)
    return text if text[-1] in ".!?" else f"{text}."

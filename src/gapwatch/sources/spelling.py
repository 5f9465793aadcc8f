"""Whether two names of an area are one name, spelt in two ways.

Publishers write the same ward as Queen's Park, Queens Park and QUEENS PARK WARD. Those are told
from two different names here; codes alone join tables, so a name decides nothing else.
"""

from __future__ import annotations

import re
import unicodedata

# Said beside a name, and not part of it.
_WARDS = frozenset(("ward", "wards", "ed", "division", "the", "of", "a"))
_KINDS = frozenset(
    (
        "city",
        "county",
        "borough",
        "boroughs",
        "district",
        "london",
        "lb",
        "royal",
        "metropolitan",
        "unitary",
        "authority",
        "ua",
        "mbc",
        "mb",
        "council",
        "cp",
        "parish",
        "dinas",
        "sir",
    )
)
_SHORT = {
    "saint": "st",
    "street": "st",
    "road": "rd",
    "square": "sq",
    "gardens": "gdns",
    "park": "pk",
    "lane": "ln",
    "heights": "hts",
    "north": "n",
    "nth": "n",
    "south": "s",
    "sth": "s",
    "east": "e",
    "west": "w",
    "central": "c",
    "cent": "c",
    "upon": "on",
    "mount": "mt",
    "great": "gt",
    "little": "lt",
    "upper": "upr",
    "lower": "lwr",
    "common": "cmn",
    "avenue": "ave",
    "terrace": "tce",
    "green": "gn",
    "grn": "gn",
    "hospital": "hosp",
    "university": "univ",
}
_WITHIN = re.compile(r"[’'`´.]")
_BETWEEN = re.compile(r"[^0-9a-z]+")
_OF_WORDS = frozenset("LMN")  # letters, marks and numbers of every script
_PARTS = re.compile(r"\s+[-–—|]\s+|/|\||\(|\)|;|:")
_NUMBERED = re.compile(r"(.+?)\s+([0-9]{3}[A-Z]?)", re.IGNORECASE)
_LONG_ENOUGH = 6


def same(one: str, other: str, *, slips: bool = True) -> bool:
    """Whether two names are mere spellings of one.

    Case, accents, punctuation, `&`, common short forms, a kind of area beside the name and the
    order around a comma make no difference; nor does a plural s, nor, with `slips`, one mistyped
    letter of a long name. Of a name in two languages, or one with its district beside it, one half
    is enough. A statistical area's number, such as Westminster 003, contradicts another number
    alone.
    """
    if _numbered(one) is not None or _numbered(other) is not None:
        numbers = _numbered(one), _numbered(other)
        return None in numbers or numbers[0] == numbers[1]
    mine, theirs = _forms(one), _forms(other)
    return bool(mine & theirs) or (slips and any(_one_slip(a, b) for a in mine for b in theirs))


def plain(name: str) -> str:
    """A name in its plainest form: what spellings of one name have in common."""
    words = _words(name)
    named = [word for word in words if word not in _WARDS] or words
    told = [word for word in named if word not in _KINDS] or named
    short = [_SHORT.get(word, word) for word in told]
    flat = "".join(word if len(word) <= 2 else word.rstrip("s") or word for word in short)  # noqa: PLR2004
    return flat or name.strip()  # a name of signs alone


def _words(name: str) -> list[str]:
    flat = (
        unicodedata.normalize("NFKD", name).casefold().replace("&", " and ").replace("+", " and ")
    )
    flat = "".join(letter for letter in flat if not unicodedata.combining(letter))
    head, comma, tail = _WITHIN.sub("", flat).partition(",")
    turned = f"{tail} {head}" if comma else head
    return [word for word in _spaced(turned).split() if word != "and"]


def _spaced(text: str) -> str:
    """What is no part of a word, as a blank."""
    if text.isascii():
        return _BETWEEN.sub(" ", text)
    return "".join(mark if unicodedata.category(mark)[0] in _OF_WORDS else " " for mark in text)


def _forms(name: str) -> set[str]:
    whole = plain(name)
    parts = {plain(part) for part in _PARTS.split(name) if any(map(str.isalnum, part))}
    flat = plain(name.replace(",", " "))
    return {whole, flat, *(part for part in parts if len(part) > 2)}  # noqa: PLR2004


def _numbered(name: str) -> tuple[str, str] | None:
    """District and number of a statistical area's name; None for any other name."""
    found = _NUMBERED.fullmatch(name.strip())
    return None if found is None else (plain(found[1]), found[2].upper())


def _one_slip(one: str, other: str) -> bool:
    """One letter more, less, other or exchanged with its neighbour, past the first, in a long name.

    Not of a figure, nor of the last letter: Ward 1 and Ward 2, Harrow E and Harrow W are two.
    """
    short, long = sorted((one, other), key=len)
    if len(short) < _LONG_ENOUGH or len(long) - len(short) > 1 or short[0] != long[0]:
        return False
    if any(map(str.isdigit, one + other)) or short[-1] != long[-1]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    exchanged = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or exchanged

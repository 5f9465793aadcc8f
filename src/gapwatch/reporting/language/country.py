"""Who holds what in a country: the one place where its offices and their words are named.

Another country is another entry of `COUNTRIES`, by how its area codes begin.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """Whom to ask for deaths by small area, and by which names they are known there.

    `published` says what the statistics office publishes; `extract` what the place itself can get
    through its `officer`. `blocks` is one of its small areas.
    """

    name: str
    office: str
    officer: str
    blocks: str
    published: str
    extract: str


ENGLAND = Country(
    name="England",
    office="the Office for National Statistics (ONS)",
    officer="director of public health",
    blocks="lower layer super output area (LSOA)",
    published="In England the Office for National Statistics (ONS) publishes deaths by lower layer "
    "super output area (LSOA), sex and five-year age group on request, as ad hoc data. Anyone may "
    "ask, and what was given to one is free to all.",
    extract="The council can get an extract of the death registrations of its residents through "
    "its director of public health. It stays on the council’s machine, and only figures that "
    "disclose nobody leave it.",
)
COUNTRIES = {"E": ENGLAND}


def country_of(area_code: str) -> Country | None:
    """The country of a place, by the first letter of its code; None where none is named."""
    return COUNTRIES.get(area_code[:1])

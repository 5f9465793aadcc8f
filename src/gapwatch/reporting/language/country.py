"""Who holds what in a country: the one place where its offices and their words are named.

A study names the offices of its own place under [words]. Where it doesn't, those of England are
known by its codes; of any other country none is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gapwatch.study import Study
from gapwatch.study.words import Offices

ENGLAND = Offices(
    statistics="the Office for National Statistics (ONS)",
    officer="director of public health",
    block="lower layer super output area (LSOA)",
    published="In England the Office for National Statistics (ONS) publishes deaths by lower layer "
    "super output area (LSOA), sex and five-year age group on request, as ad hoc data. Anyone may "
    "ask, and what was given to one is free to all.",
    extract="The council can get an extract of the death registrations of its residents through "
    "its director of public health. It stays on the council’s machine, and only figures that "
    "disclose nobody leave it.",
)
_ENGLISH = re.compile("E[0-9]{8}")
_LARGER: Mapping[str, str] = {"E12": "the region", "E92": "the country"}
_LONDON_BOROUGH = "E09"


def offices_of(study: Study) -> Offices | None:
    """Whom to ask for a place's deaths; None where nobody is named, as of an invented place."""
    if study.words.offices is not None:
        return study.words.offices
    english = _ENGLISH.fullmatch(study.study.area_code) and not study.study.invented
    return ENGLAND if english else None


def whole_of(study: Study) -> str:
    """What the place is, such as `borough`; "" where nothing says it."""
    if study.words.whole is not None:
        return study.words.whole
    code = study.study.area_code
    known = _ENGLISH.fullmatch(code) and code.startswith(_LONDON_BOROUGH)
    return "borough" if known else ""


def larger(study: Study, code: str) -> str:
    """What a comparator is, such as `the region`; "" where nothing says it."""
    told = study.words.places.get(code, "")
    return told or (_LARGER.get(code[:3], "") if _ENGLISH.fullmatch(code) else "")

"""The samples' places as a city of another country would have them: other codes, words, offices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from tests.unit.reporting import computed_samples, later_samples, samples

from gapwatch.reporting.document import ReleaseFacts
from gapwatch.reporting.language.texts import Rewriting
from gapwatch.study import Study
from gapwatch.study.words import Words

WORDS: Mapping[str, Any] = {
    "language": "en-US",
    "whole": "city",
    "area": "community area",
    "areas": "community areas",
    "levels": {
        name: {"one": one, "many": f"{one}s", "meaning": "of about 4,000 people"}
        for name, one in (
            ("tract2010", "tract"),
            ("tract2020", "tract"),
            ("block2010", "block"),
            ("block2020", "block"),
        )
    },
    "offices": {
        "statistics": "the state's registrar of deaths",
        "officer": "commissioner of health",
        "block": "census tract",
        "published": "The state's registrar of deaths gives counts by tract to whoever asks.",
        "extract": "The department of health can get an extract through its commissioner.",
    },
}
ENGLISH = re.compile(
    r"\b(?:ward|wards|borough|boroughs|ONS|NHS|council|councils|England|English|MSOAs?|LSOAs?|"
    r"lower layer|middle layer|Office for National Statistics|director of public health|London)\b",
    re.IGNORECASE,
)
"""Words of England, as words."""
_RENAMED = (
    ("ward2011", "community2010"),
    ("msoa2011", "tract2010"),
    ("msoa2021", "tract2020"),
    ("lsoa2011", "block2010"),
    ("lsoa2021", "block2020"),
    ("E0500000", "C0500000"),
    ("E0600000", "C1700000"),
    ("E0200000", "C0200000"),
    ("MSOAs", "tracts"),
    ("by ward", "by community area"),
    ("wards", "community areas"),
    ("Riverton Council", "Riverton City Hall"),
    ("Council minutes", "Minutes of the city"),
    ("Open Government Licence v3.0", "Creative Commons"),
)


class _Elsewhere(Rewriting):
    def text(self, text: str) -> str:
        for old, new in _RENAMED:
            text = text.replace(old, new)
        return text


World = tuple[Study, ReleaseFacts, dict[str, pd.DataFrame]]


def world(which: str, words: Mapping[str, Any] = WORDS) -> World:
    """One of the samples' worlds there: `published`, `without a verdict`, `computed`, `later`."""
    study, facts, tables = {
        "published": lambda: (samples.study(), samples.facts(), samples.tables("on track")),
        "without a verdict": lambda: (
            samples.study(),
            samples.old_facts(),
            samples.tables("cannot calculate", reason_code="V03", newest_end=2015),
        ),
        "computed": lambda: (
            computed_samples.study(),
            computed_samples.facts(),
            computed_samples.tables(),
        ),
        "later": lambda: (later_samples.study(), samples.facts(), later_samples.tables()),
    }[which]()
    moved = _Elsewhere()
    named = moved.all(study).model_copy(update={"words": Words.model_validate(words)})
    return named, moved.all(facts), {name: moved.all(frame) for name, frame in tables.items()}

"""Words of the field that a report uses, explained once: each is linked where it first stands.

At most fifteen, and only those that a page uses are printed. A term is found as a whole word, in
any of its forms; the longest that fits wins, so that "95% interval" isn't taken for "interval".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gapwatch.reporting.language.numbers import SPACE
from gapwatch.reporting.language.speech import Speech, respelled, speaking
from gapwatch.study.tongue import BRITISH, Tongue


@dataclass(frozen=True)
class GlossaryTerm:
    """A word, the forms in which it stands in a text, and what it means."""

    id: str
    name: str
    forms: tuple[str, ...]
    meaning: str


TERMS = (
    GlossaryTerm(
        "life-expectancy",
        "Life expectancy at birth",
        ("life expectancy at birth", "life expectancy"),
        "How long a newborn would live on average if the death rates of one period never changed. "
        "It sums up those rates, and foretells nobody's life.",
    ),
    GlossaryTerm(
        "gap",
        "Gap",
        ("gap",),
        "Life expectancy at birth of the better-off side minus that of the worse-off side, in "
        "years.",
    ),
    GlossaryTerm(
        "window",
        "Window",
        ("windows", "window"),
        "The calendar years that one figure covers together, such as 2010 to 2014. Windows that "
        "share years share deaths, so they are not independent.",
    ),
    GlossaryTerm(
        "interval",
        "95% interval",
        ("95% intervals", "95% interval", "confidence interval"),
        "The range that plausibly holds the true figure. Of many such ranges about 95 in 100 do.",
    ),
    GlossaryTerm(
        "baseline",
        "Baseline",
        ("baseline",),
        "The window that the promise starts from, and its gap.",
    ),
    GlossaryTerm(
        "projection",
        "Projection",
        ("projections", "projection"),
        "The gap to expect if it goes on changing as it has, with the range that follows from "
        "the past figures. It knows nothing of what is new.",
    ),
    GlossaryTerm(
        "comparable",
        "Comparable",
        ("comparable",),
        "Counted in the same way on the same areas and population base, with no break between.",
    ),
    GlossaryTerm(
        "break",
        "Break",
        ("breaks", "break"),
        "A point at which the way of counting changed. Figures on its two sides are never one "
        "trend.",
    ),
    GlossaryTerm(
        "msoa",
        "MSOA",
        ("MSOAs", "MSOA"),
        "Middle layer super output area: a statistical area of about 8,000 people.",
    ),
    GlossaryTerm(
        "lsoa",
        "LSOA",
        ("LSOAs", "LSOA"),
        "Lower layer super output area: a statistical area of about 1,500 people.",
    ),
    GlossaryTerm(
        "population-base",
        "Population base",
        ("population base", "base of residents"),
        "The census that estimates of residents start from. Rates on two bases differ for that "
        "reason alone.",
    ),
    GlossaryTerm(
        "relative-gap",
        "Relative gap",
        ("relative gap",),
        "Life expectancy of the better-off side divided by that of the worse-off side.",
    ),
    GlossaryTerm(
        "crps",
        "CRPS",
        ("CRPS",),
        "Continuous ranked probability score: how far a whole range of forecasts lay from what "
        "came, in years. Lower is better.",
    ),
    GlossaryTerm(
        "brier",
        "Brier score",
        ("Brier score",),
        "The mean squared distance between a forecast chance and what came, counted as 0 or 1. "
        "Lower is better, and always saying one half scores 0.25.",
    ),
    GlossaryTerm(
        "withheld",
        "Withheld",
        ("withheld",),
        "Not given, by its publisher or by us, with the reason beside it. It never counts as zero.",
    ),
)
"""In the order in which they are explained."""

_BY_FORM = {form.lower(): term for term in TERMS for form in term.forms}
_FORMS = sorted(_BY_FORM, key=len, reverse=True)
_EITHER = "|".join(re.escape(form).replace(r"\ ", f"[ {SPACE}]") for form in _FORMS)
_TERM = re.compile(rf"(?<![\w-])(?:{_EITHER})(?![\w-])", re.IGNORECASE)
Piece = tuple[str, GlossaryTerm | None]


class Glossary:
    """Which terms a page has used so far; of each only the first use is told."""

    def __init__(self, tongue: Tongue = BRITISH) -> None:
        self._used: set[str] = set()
        self._speech = Speech(tongue)

    def pieces(self, text: str) -> list[Piece]:
        """The text in pieces: each first use of a term by itself, with the term."""
        found: list[Piece] = []
        end = 0
        for match in _TERM.finditer(text):
            term = _BY_FORM[match.group().lower().replace(SPACE, " ")]
            if term.id not in self._used:
                self._used.add(term.id)
                found += [(text[end : match.start()], None), (match.group(), term)]
                end = match.end()
        return [*found, (text[end:], None)]

    @property
    def used(self) -> tuple[GlossaryTerm, ...]:
        """The terms that were met, in the order in which they are explained."""
        with speaking(self._speech):
            return respelled(tuple(term for term in TERMS if term.id in self._used))

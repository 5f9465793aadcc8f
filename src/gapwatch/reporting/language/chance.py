"""Probabilities in words and figures, no finer than a projection of this kind has earned.

To print more than 95% one must know that the 95% range misses seldom enough. Even without a single
miss that takes 59 windows that share no year (0.95 to the power of 59 is under 5%), and no place
has so many. So every printed chance ends at "over 95%" and "under 5%"; the CSV keeps the number.

The words are those of the IPCC (Guidance Note on uncertainties, 2010, table 1) from "very
unlikely" to "very likely"; its two finer steps would claim more than that.
"""

from __future__ import annotations

from gapwatch.reporting.language.numbers import percent

CERTAIN, NEARLY_NEVER = 0.95, 0.05
_WORDS = (
    (0.9, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.1, "unlikely"),
    (0.0, "very unlikely"),
)


def chance(probability: float, *thresholds: float) -> str:
    """`59%`, `over 95%`, `under 5%`; never rounded onto a line that it is held against."""
    if probability > CERTAIN:
        return "over 95%"
    if probability < NEARLY_NEVER:
        return "under 5%"
    return percent(probability, *thresholds)


def about(probability: float, *thresholds: float) -> str:
    """`about 59%`, or `over 95%`: a probability as it stands in a sentence."""
    text = chance(probability, *thresholds)
    return f"about {text}" if text[0].isdigit() else text


def in_words(probability: float) -> str:
    """`likely`, as it stands after "it is"."""
    return next(word for least, word in _WORDS if probability >= least)

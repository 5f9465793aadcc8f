"""What a study says of residents' priorities: indicators, how they add up, evidence gaps."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from gapwatch.contracts import SLUG
from gapwatch.errors import UnfitError
from gapwatch.study.base import OptionalText, Part, Slug, Text

_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_TERM = re.compile(
    rf"(?P<sign>-)?\s*(?:(?P<factor>{_NUMBER})\s*\*\s*)?(?P<figure>{SLUG})"
    rf"(?:\s*(?P<how>[*/])\s*(?P<other>{SLUG}))?"
)
_WEIGHT = re.compile(rf"weight:{SLUG}(?:\+{SLUG})*")
SUM, NEVER = "sum", "never"


class Term(NamedTuple):
    """One term of a numerator or denominator: sign and factor, a figure, and what it is set to.

    ``how`` is "" for the figure alone, "*" for its product with ``other``, "/" for the quotient.
    """

    factor: float
    figure: str
    how: str = ""
    other: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that the term is made of."""
        return (self.figure, self.other) if self.other else (self.figure,)


def term_of(text: str) -> Term:
    """A term as a study writes it: `a`, `-a`, `100 * a / b`. ValueError for anything else."""
    match = _TERM.fullmatch(text.strip())
    if match is None:
        raise UnfitError(
            "a figure, or a factor, a figure and another, such as 100 * deaths-2013 / smr-2013",
            f"{text!r}",
        )
    factor = float(match["factor"] or 1) * (-1 if match["sign"] else 1)
    return Term(factor, match["figure"], match["how"] or "", match["other"] or "")


def _term(text: str) -> str:
    term_of(text)
    return text


def _combine(text: str) -> str:
    if text not in (SUM, NEVER) and not _WEIGHT.fullmatch(text):
        raise UnfitError(
            "sum, never, or weight: and a figure, such as weight:residents-2011", f"{text!r}"
        )
    return text


TermText = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_term)]
Combine = Annotated[str, Field(max_length=400), AfterValidator(_combine)]
Refusal = Literal["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08", "P09"]


class Priority(Part):
    """One thing that residents asked for: its name, who asked, and where that is written."""

    id: Slug
    name: Text
    asked_by: Text
    source: Text


class Indicator(Part):
    """One indicator of a priority, and everything that decides whether it may be compared.

    `title` says what is counted, `short` the same for a chart.
    `numerator` and `denominator` are sums of terms over figures of the table `area_figure`: a
    figure's id, with a sign before it or a factor, or its product or quotient with another
    (`100 * deaths-2013 / smr-2013` are the expected deaths of an SMR). `source` is the source of
    these figures, by its id. A value is numerator over denominator times `per`.

    `better` says which way is better, or `neither` for what only describes. `exposure` says what
    the denominator counts; where events happen to people who don't live there, `place_of_event`,
    residents are the wrong denominator and the indicator isn't compared (P02). `combine` says how
    areas make a side: by their `sum`, as a mean of the numerator weighted by other figures
    (`weight:residents-2011`), or `never`, which is refused for want of a denominator (P01).
    `interval` is `newcombe` for proportions, `poisson` for counts of events, `published` for
    figures that have limits of their own, `none` where none can be given. `rounding` is what the
    publisher rounds counts to, 0 for not at all; `age_standardised` says whether ages are allowed
    for, and is left out where they don't matter. `modelled` figures are estimates of a model.
    `same_deaths`: made of the deaths that life expectancy is made of, so that lining up with it
    says nothing. `refused` is a reason that can't be seen in the figures, of docs/methods.md.
    """

    id: Slug
    priority: Slug
    title: Text
    source: Slug
    short: OptionalText = ""
    numerator: tuple[TermText, ...] = Field(min_length=1)
    denominator: tuple[TermText, ...] = ()
    per: float = Field(default=1, gt=0, le=1e6)
    unit: Text
    better: Literal["lower", "higher", "neither"]
    exposure: Literal["residents", "households", "homes", "place_of_event"]
    combine: Combine = SUM
    rounding: int = Field(default=0, ge=0, le=1000)
    interval: Literal["newcombe", "poisson", "published", "none"]
    age_standardised: bool | None = None
    modelled: bool = False
    same_deaths: bool = False
    refused: Refusal | None = None

    @model_validator(mode="after")
    def _sound(self) -> Indicator:
        weighted = self.combine not in (SUM, NEVER)
        if weighted and self.denominator:
            raise UnfitError("either a denominator or combine = weight:", "both")
        if weighted and self.interval == "poisson":
            raise UnfitError("counts of events for a Poisson interval", "a weighted mean")
        if self.interval == "published" and len(self.numerator) > 1:
            raise UnfitError("one figure for its published interval", "several")
        return self

    @property
    def weights(self) -> tuple[str, ...]:
        """The figures that a mean is weighted by, their sum; none where counts are added up."""
        if self.combine in (SUM, NEVER):
            return ()
        return tuple(self.combine.removeprefix("weight:").split("+"))

    @property
    def figures(self) -> tuple[str, ...]:
        """Every figure that the indicator is made of, once each, in the order of the study."""
        terms = [term_of(text) for text in (*self.numerator, *self.denominator)]
        every = [name for term in terms for name in term.figures]
        return tuple(dict.fromkeys((*every, *self.weights)))


class EvidenceGap(Part):
    """What nobody publishes for small areas: what is missing, the finest there is, who could.

    `closed_by` names the indicator that closes the gap: as long as that isn't compared, because its
    source isn't pinned or it is refused, the gap stands.
    """

    priority: Slug
    missing: Text
    finest_available: Text
    wanted_from: Text
    closed_by: Slug | None = None


class Localities(Part):
    """Which indicator shows where effort would count most, by the deaths above expectation.

    Where the study computes its own life tables, its deaths and residents by age show it, for each
    sex. Else `indicator` does: one whose numerator is deaths and whose denominator is the deaths
    that a standard's rates would bring, of `years` years together; `residents` is the figure that
    says how many people live in each area.
    """

    indicator: Slug | None = None
    years: int = Field(default=1, ge=1, le=20)
    residents: Slug | None = None

    @model_validator(mode="after")
    def _whole(self) -> Localities:
        if (self.indicator is None) != (self.residents is None):
            raise UnfitError("indicator and residents together", "one without the other")
        return self

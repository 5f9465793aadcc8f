"""Codes in words: what a choice, a basis, a closing, a reason or a break is called.

The report says these words and a table holds them beside the code, for readers of the CSV.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from gapwatch import codes
from gapwatch.codes import Coded
from gapwatch.contracts import BRIDGED_GAP, COMPUTED_GAP, GAP, SENSITIVITY, TABLES, VERDICT
from gapwatch.reporting.language.numbers import marked, period
from gapwatch.reporting.language.speech import respelled, speaking, speech_of
from gapwatch.study import Break, ComputedBreak, Study
from gapwatch.tables import canonical

BASES = {
    codes.PUBLISHED: "published values",
    codes.PUBLISHED_MEAN: "population-weighted mean of published values (approximation)",
    codes.CORRECTED_RANGE: "expected range of the true values, corrected for chance (empirical "
    "Bayes)",
    codes.SLOPE: "slope",
    codes.SLOPE_IMD2007: "slope across areas ranked by Index of Multiple Deprivation 2007",
    codes.SLOPE_IMD2010: "slope across areas ranked by Index of Multiple Deprivation 2010",
    codes.SLOPE_RANKED: "slope across areas ranked as the study declares",
    codes.LIFE_TABLES: "deaths and residents of each side taken together (life table)",
}
WEIGHTS = {
    codes.BEST_FIT_RESIDENTS: "residents",
    codes.BEST_FIT_BLOCKS: "the number of small areas they are made of",
}
CLOSINGS = {
    codes.WORSE_IMPROVES: "worse-off side improving",
    codes.WORSE_IMPROVES_FASTER: "worse-off side improving faster",
    codes.BETTER_WORSENS: "better-off side getting worse",
    codes.BETTER_WORSENS_FASTER: "better-off side getting worse faster",
    codes.BOTH_MOVE: "worse-off side improving and better-off side getting worse",
    codes.NEITHER_CLEAR: "neither side's own change is clear",
}
COVARIANCES = {
    codes.COVARIANCE_WIDENED: "Some windows repeat what others already say; 5% was added to every "
    "window's sampling variance, so intervals are slightly too wide rather than too narrow.",
}


def basis(code: str, study: Study) -> str:
    """What a gap is made from."""
    ranking = study.geography.ranking
    if code == codes.SLOPE_RANKED and ranking is not None:
        return f"slope across areas ranked by {ranking.title}"
    return BASES[code]


def closing(code: str) -> str:
    """Which side closes the gap; "" for none."""
    return CLOSINGS[code] if code else ""


def covariance(code: str) -> str:
    """What was done to the windows' covariance; "" for nothing."""
    return COVARIANCES[code] if code else ""


def bridged_basis(code: str, assumed_share: float | None) -> str:
    """What a later gap is made from, and what had to be assumed for it."""
    told = f"values of the areas that best fit the sides, weighted by {WEIGHTS[code]}"
    if assumed_share is None or pd.isna(assumed_share):
        return f"{told} (approximation)"
    return (
        f"{told} (approximation); {marked(f'{100 * assumed_share:.1f}')}% of residents live in "
        "small areas that were shared out equally, since no lookup says how"
    )


def no_verdict(reason: Coded) -> str:
    """Why there is no verdict, with what was found; "" for no reason."""
    if not reason:
        return ""
    return _REASONS[reason.code](reason)


def _too_few(found: Coded) -> str:
    if found.get("midpoints") is not None:
        return "all usable windows have the same midpoint"
    withheld = found.whole("withheld")
    lost = f" ({withheld} withheld)" if withheld else ""
    return f"{found['usable']} usable windows{lost}; {found['needed']} are needed"


_REASONS: dict[str, Callable[[Coded], str]] = {
    codes.TOO_FEW_WINDOWS: _too_few,
    codes.SIDE_WITHHELD: lambda _: "a side of the newest window is withheld",
    codes.STALE: lambda found: (
        f"newest window ends in {found['newest']}, over {found['stale_after']} years before release"
    ),
    codes.DEADLINE_PASSED: lambda found: f"the deadline, {found['deadline']}, has passed",
    codes.NO_BASELINE: lambda found: (
        f"the gap of the baseline window, {found['first']} to {found['last']}, is withheld or not "
        "comparable"
    ),
    codes.TARGET_NOT_BELOW: lambda found: (
        f"target of {_exact(found, 'target')} years, baseline {_exact(found, 'baseline')}"
    ),
    codes.NEVER_ZERO: lambda _: (
        "a range of areas is above zero by its making, so it can't be judged against a target of "
        "zero"
    ),
    codes.SIDES_EXCHANGED: lambda _: (
        "the side called worse off now lives longer: the measure needs other sides"
    ),
}


def answerable(found: Coded, verdict: str) -> str:
    """Why no release can be named that would answer, or what to know about it; "" for nothing."""
    if not found:
        return ""
    deadline = found.get("deadline")
    return {
        codes.ALMOST_NEVER_MET: "the target is met in almost none of the possible futures",
        codes.NEVER_SURE: f"not even with the window centred on {deadline}",
        codes.AFTER_DEADLINE: f"only after the deadline, {deadline}",
        codes.ANSWERED: f"answered already: {verdict}",
    }[found.code]


def choice(found: Coded, measures: Mapping[str, str]) -> str:
    """What is done otherwise; `measures` are the titles of the study's measures by their names."""
    return _CHOICES[found.code](found, measures)


def _exact(found: Coded, name: str) -> str:
    return marked(f"{float(found[name]):.2f}")


def _short(found: Coded) -> str:
    return marked(f"{float(found['gap']):g}")


def _window(found: Coded) -> str:
    return period(found.whole("first"), found.whole("last"), str(found["year_ends"]))


def _years(found: Coded) -> str:
    return " or ".join(str(found["years"]).split(","))


def _residents(where: str) -> Callable[[Coded, Mapping[str, str]], str]:
    def told(found: Coded, _: Mapping[str, str]) -> str:
        factor, first, last = float(found["factor"]), found["from_age"], found.get("to_age")
        more = "more" if factor > 1 else "fewer"
        ages = f"{first} to {last}" if last is not None else f"{first} and over"
        place = where.format(**dict(found.arguments))
        return f"with {abs(factor - 1):.0%} {more} residents aged {ages} {place}"

    return told


_CHOICES: dict[str, Callable[[Coded, Mapping[str, str]], str]] = {
    codes.AS_CALCULATED: lambda *_: "as calculated",
    codes.STATED_BASELINE: lambda found, _: (
        f"with the stated baseline of {_short(found)} years, not the measured one"
    ),
    codes.MEASURED_BASELINE: lambda found, _: (
        f"with the baseline measured in {_window(found)}, not the stated one of "
        f"{_short(found)} years"
    ),
    codes.RESIDENTS_BOTH: _residents("on both sides"),
    codes.RESIDENTS_WORSE: _residents("on the worse-off side alone"),
    codes.RESIDENTS_GROWING: _residents(
        "by {last} on the worse-off side alone, growing from none in {first}"
    ),
    codes.LONGER_WINDOWS: lambda found, _: (
        f"in windows of {found['years']} years, not {found['made']}"
    ),
    codes.WITHOUT_WINDOW: lambda found, _: f"without {_window(found)}",
    codes.WITHOUT_YEARS: lambda found, _: f"without windows that include {_years(found)}",
    codes.SHOCKS: lambda found, _: f"one-year shocks allowed in {_years(found)}",
    codes.OTHER_MEASURE: lambda found, measures: f"measured as: {measures[str(found['measure'])]}",
}


def break_reason(rupture: Break) -> str:
    """Why a series starts anew: as the study says, or as the counts show."""
    if not isinstance(rupture, ComputedBreak):
        return rupture.reason
    found = rupture.cause
    year, before = found["year"], found["before"]
    why = {
        codes.OTHER_BASE: "the residents' estimates are on another base, "
        f"{found.get('base')} after {before}",
        codes.YEARS_MISSING: f"the figures start anew: no year between {before} and {year} has "
        "both deaths and residents",
    }[found.code]
    return f"From {year} {why}. Earlier windows can't be compared with later ones."


def titles(study: Study) -> dict[str, str]:
    """Titles of the study's measures by their names."""
    return {measure.id: measure.title for measure in study.measures}


def with_words(name: str, frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """A table as it was found out, with the words of its codes; others are returned as they are."""
    words = _WORDS.get(name)
    if words is None:
        return frame
    rows = frame.astype(object).to_dict("records")
    with speaking(speech_of(study)):
        told = respelled([words(row, study) for row in rows])
    made = pd.DataFrame(told, index=frame.index, dtype=object)
    table = TABLES[name]
    labels = [column.name for column in table.columns if column.words_of]
    return canonical(table, frame.assign(**{label: made.get(label, "") for label in labels}), name)


def _coded(row: Mapping[Any, Any], name: str) -> Coded:
    return Coded.read(row[f"{name}_code"], row[f"{name}_arguments"])


def _of_verdict(row: Mapping[Any, Any], _: Study) -> dict[str, str]:
    return {
        "reason": no_verdict(_coded(row, "reason")),
        "covariance_note": covariance(row["covariance_code"]),
        "closing_by": closing(row["closing_code"]),
        "first_answerable_reason": answerable(_coded(row, "first_answerable"), row["label"]),
    }


_WORDS: dict[str, Callable[[Mapping[Any, Any], Study], dict[str, str]]] = {
    VERDICT.name: _of_verdict,
    SENSITIVITY.name: lambda row, study: {"choice": choice(_coded(row, "choice"), titles(study))},
    GAP.name: lambda row, study: {"basis": basis(row["basis_code"], study)},
    COMPUTED_GAP.name: lambda row, study: {"basis": basis(row["basis_code"], study)},
    BRIDGED_GAP.name: lambda row, _: {
        "basis": bridged_basis(row["basis_code"], row["assumed_share"])
    },
}

"""What the parts of a study's priorities must say of each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from gapwatch.study.model import Study

Problem = tuple[str, str, str, str]
"""Key, expected, found and what to do; "" for the usual remedy."""


def problem(study: Study) -> Problem | None:
    """The first thing that is wrong with priorities, indicators, evidence gaps and localities.

    Ids are unique; each indicator and gap names a priority of the study, each indicator a source of
    the table `area_figure`; localities rest on an indicator of deaths that is compared; and where
    there are indicators, one measure's two sides hold every area.
    """
    return (
        _twice("priorities", [one.id for one in study.priorities])
        or _twice("indicators", [one.id for one in study.indicators])
        or _names(study)
        or _localities(study)
        or _sides(study)
    )


def _twice(key: str, ids: list[str]) -> Problem | None:
    for number, name in enumerate(ids, 1):
        if name in ids[: number - 1]:
            return f"{key}[{number}] ({name})", "an id of its own", f"{name} again", ""
    return None


def _names(study: Study) -> Problem | None:
    known = [one.id for one in study.priorities]
    sources = [source.id for source in study.sources if source.table == "area_figure"]
    for number, one in enumerate(study.indicators, 1):
        where = f"indicators[{number}] ({one.id})"
        found = _unknown(f"{where}.priority", "a priority of the study", one.priority, known)
        found = found or _unknown(
            f"{where}.source", "a source of the table area_figure", one.source, sources
        )
        if found:
            return found
    for number, gap in enumerate(study.evidence_gaps, 1):
        found = _unknown(
            f"evidence_gaps[{number}].priority", "a priority of the study", gap.priority, known
        )
        if found:
            return found
        if gap.closed_by is not None:
            found = _unknown(
                f"evidence_gaps[{number}].closed_by",
                "an indicator of the study",
                gap.closed_by,
                [one.id for one in study.indicators],
            )
            if found:
                return found
    return None


def _unknown(key: str, expected: str, found: str, known: Iterable[str]) -> Problem | None:
    names = list(known)
    if found in names:
        return None
    near = difflib.get_close_matches(found, names, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else ""
    return key, f"{expected}: {', '.join(names) or 'there is none'}", repr(found), remedy


def _localities(study: Study) -> Problem | None:
    asked = study.localities
    if asked is None:
        return None
    if asked.indicator is None:
        lacking = "neither an indicator nor [computed]" if study.computed is None else ""
        expected = "an indicator of deaths over expected deaths, or own life tables"
        return ("localities", expected, lacking, "") if lacking else None
    of_deaths = [
        one.id
        for one in study.indicators
        if one.interval == "poisson" and one.same_deaths and one.refused is None
    ]
    return _unknown(
        "localities.indicator",
        "an indicator of deaths over expected deaths (interval = poisson, same_deaths = true)",
        asked.indicator,
        of_deaths,
    )


def _sides(study: Study) -> Problem | None:
    if not study.indicators or study.whole is not None:
        return None
    return (
        "measures",
        "a pair or a pooled measure whose two sides hold every area, for the indicators",
        "none",
        "add such a measure to the study, or take the indicators out",
    )

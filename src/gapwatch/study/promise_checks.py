"""What a promise, or its versions, must say of itself: figures that fit, times in an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gapwatch.study.model import Study
from gapwatch.study.promise import Promise, span

# Stated figures are rounded to the year: "78" and "almost 92" are "14" apart.
_ROUNDING = 0.5
Problem = tuple[str, str, str, str]
"""Key, expected, found and what to do; "" for the usual remedy."""


def problem(study: Study, content: Mapping[str, Any]) -> Problem | None:
    """The first thing that is wrong with a study's promise; `content` is the file's."""
    if "promise" in content and "promises" in content:
        return _wrong(
            "promises", "", "either [promise] or [[promises]]", "both", "keep one of them"
        )
    found = (
        *_versions(study.promises),
        *_sexes(study),
        *(each for key, one in _named(study) for each in _figures(key, one)),
        *_baselines(study),
    )
    return next(iter(found), None)


def _wrong(key: str, name: str, expected: str, found: str, remedy: str = "") -> Problem:
    return f"{key}.{name}" if name else key, expected, found, remedy


def _named(study: Study) -> list[tuple[str, Promise]]:
    if not study.promises:
        return [("promise", study.promise)]
    return [(f"promises[{number}]", one) for number, one in enumerate(study.promises, 1)]


def _sexes(study: Study) -> Iterator[Problem]:
    for key, promise in _named(study):
        if promise.sex not in study.sexes:
            listed = ", ".join(study.sexes)
            yield _wrong(key, "sex", f"one of the study's sexes: {listed}", promise.sex)


def _figures(key: str, promise: Promise) -> Iterator[Problem]:
    difference = promise.stated_better_years - promise.stated_worse_years
    if abs(difference - promise.stated_gap_years) > _ROUNDING:
        yield _wrong(
            key,
            "stated_gap_years",
            f"stated_better_years minus stated_worse_years, {difference:g}",
            f"{promise.stated_gap_years:g}",
        )
    yield from _period(key, promise.baseline_period, key, promise)
    last, stated = promise.baseline_period[1], promise.stated_on
    if stated and last > promise.stated_by.year:
        yield _wrong(
            key,
            "baseline_period",
            f"years that were over or running when the promise was stated, in {stated}",
            f"{promise.baseline_period[0]} to {last}",
            "correct stated_on, or the years whose gap the promise is about",
        )


def _baselines(study: Study) -> Iterator[Problem]:
    """Baseline windows of measures, which the deadline of the promise in force must follow."""
    key, newest = next((key, one) for key, one in _named(study) if one == study.promise)
    for number, measure in enumerate(study.measures, 1):
        if measure.baseline_period:
            where = f"measures[{number}] ({measure.id})"
            yield from _period(where, measure.baseline_period, key, newest)


def _period(where: str, period: tuple[int, int], key: str, promise: Promise) -> Iterator[Problem]:
    first, last = period
    if first > last:
        yield _wrong(
            where, "baseline_period", "a first year at or before the last", f"{first} to {last}"
        )
    elif promise.deadline_year <= last:
        yield _wrong(
            key,
            "deadline_year",
            f"a year after the baseline, which ends in {last}",
            str(promise.deadline_year),
        )


def _versions(versions: tuple[Promise, ...]) -> Iterator[Problem]:
    for number, one in enumerate(versions, 1):
        key = f"promises[{number}]"
        if not one.stated_on:
            yield _wrong(
                key,
                "stated_on",
                "the year, month or day on which this version was stated",
                "nothing",
                f"add stated_on to {key}",
            )
            return
        first, last = span(one.stated_on)
        if one.deadline_year < first.year:
            yield _wrong(
                key,
                "deadline_year",
                f"a deadline in or after the year in which it was stated, {first.year}",
                str(one.deadline_year),
            )
        for before, other in enumerate(versions[: number - 1], 1):
            begins, ends = span(other.stated_on)
            if one.stated_on == other.stated_on:
                yield _wrong(
                    key,
                    "stated_on",
                    "a time of its own for each version",
                    f"{one.stated_on} again, as promises[{before}]",
                    "say the months or days on which they were stated",
                )
            elif first <= ends and begins <= last:
                yield _wrong(
                    key,
                    "stated_on",
                    "times of which one is clearly later",
                    f"{one.stated_on}, and {other.stated_on} of promises[{before}]",
                    "say both as exactly as it takes to tell them apart",
                )

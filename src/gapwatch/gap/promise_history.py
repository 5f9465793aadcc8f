"""Every version of a promise, judged by the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd

from gapwatch.codes import CANNOT, TOO_FEW_WINDOWS, Coded, labelled
from gapwatch.contracts import PROMISE
from gapwatch.contracts.findings import PromiseVersion
from gapwatch.gap.assessment import judge
from gapwatch.gap.evidence import Series
from gapwatch.gap.levelling_down import levels_down
from gapwatch.gap.trend.verdict import Assessment
from gapwatch.study import Study
from gapwatch.study.promise import Promise
from gapwatch.tables import canonical


def promise_versions(found: Series, release_year: int) -> pd.DataFrame:
    """The table `promise`: the headline's measure against each version, oldest first.

    Each version is judged for the sex that it is about, as if it alone had been made: by its own
    share, baseline and deadline. One whose baseline window the figures lack has no verdict (V05).
    No row where the study has one version alone.
    """
    versions = sorted(found.study.promises, key=lambda one: one.stated_by)
    rows = [asdict(row) for row in _rows(found, versions, release_year)] if versions[1:] else []
    frame = pd.DataFrame(rows, columns=list(PROMISE.names))
    return canonical(PROMISE, frame, PROMISE.name)


def _rows(found: Series, versions: list[Promise], release_year: int) -> Iterator[PromiseVersion]:
    for number, version in enumerate(versions, 1):
        asked = _alone(found.study, version)
        judged = judge(asked, found.gaps, release_year, found.baselines)
        item = next((one for one in judged if one.sex == version.sex), None)
        # Figures that aren't of the sex that a version is about hold no window of it.
        told = item.assessment if item else Assessment(CANNOT, Coded.of(TOO_FEW_WINDOWS))
        period = item.baseline_period if item else version.baseline_period
        yield PromiseVersion(
            version=number,
            stated_on=version.stated_on,
            made_by=version.made_by,
            promise=version.text,
            in_force=version == found.study.promise,
            measure=found.study.primary.id,
            sex=version.sex,
            share_of_baseline=version.share_of_baseline,
            baseline_start=period[0],
            baseline_end=period[1],
            target_gap_years=item.target.gap_years if item and item.target else None,
            target_year=version.deadline_year,
            verdict=told.verdict,
            label=labelled(told.verdict, levels_down(item) if item else None),
            reason_code=told.reason.code,
            p_target=told.projection.p_target if told.projection else None,
        )


def _alone(study: Study, version: Promise) -> Study:
    """The study with one version of the promise, and the headline's measure alone."""
    return study.model_copy(
        update={"promise": version, "promises": (), "measures": (study.primary,)}
    )

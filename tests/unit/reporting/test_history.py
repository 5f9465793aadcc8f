"""A promise that was changed: by whom, when, from what to what, and what the older would say."""

from __future__ import annotations

from typing import Any

import pandas as pd
from tests.unit.reporting import samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.language.texts import all_texts


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "version": number,
        "stated_on": "2017",
        "made_by": "The first alliance",
        "promise": "halve the gap",
        "in_force": False,
        "measure": "west-v-castle",
        "sex": "male",
        "share_of_baseline": 0.5,
        "baseline_start": 2004,
        "baseline_end": 2008,
        "target_gap_years": 5.0,
        "target_year": 2030,
        "verdict": "off track",
        "label": "off track",
        "reason_code": "",
        "p_target": 0.12,
    } | changes


NEWEST = {
    "stated_on": "2022-11-03",
    "made_by": "Its successor",
    "promise": "eliminate the gap",
    "in_force": True,
    "share_of_baseline": 0.0,
    "target_gap_years": 0.0,
    "target_year": 2035,
    "p_target": 0.01,
}


def text(*rows: dict[str, Any], verdict: str = "off track") -> str:
    tables = samples.tables(verdict)
    if rows:
        tables["promise"] = pd.DataFrame(rows)
    told = build_report(samples.study(), samples.facts(), tables)
    return "\n".join(all_texts(told)).replace("\N{NO-BREAK SPACE}", " ")


def test_who_changed_it_when_and_to_what_is_told() -> None:
    told = text(row(1), row(2, **NEWEST))
    assert "How the promise has changed" in told
    assert (
        "Its successor changed the promise on 3 November 2022. Before, it was to halve the gap by "
        "2030, as The first alliance had said in 2017. Since then it is to close the gap by 2035."
    ) in told
    assert "The newest version decides the verdict." in told
    assert "3 November 2022 (in force)" in told
    assert "zero in 2035, males" in told
    assert "data/promise.csv" in told


def test_the_older_version_stands_beside_the_verdict() -> None:
    told = text(row(1), row(2, **NEWEST))
    same = (
        "Judged against the promise made in 2017, to halve the gap by 2030, the verdict for males "
        "would be the same, “off track” (12%)."
    )
    # With the answer, and in the section.
    assert told.count(same) == 2
    other = text(row(1, verdict="on track", label="levelling down", p_target=0.9), row(2, **NEWEST))
    assert "the verdict for males would be “levelling down” (90%)." in other
    cut = text(row(1, share_of_baseline=0.6), row(2, **NEWEST))
    assert "to cut the gap by 40% by 2030" in cut
    past = row(1, verdict="cannot calculate", label="cannot calculate", reason_code="V04")
    assert "there is no verdict for males: the deadline has passed." in text(past, row(2, **NEWEST))


def test_a_promise_that_was_never_changed_has_no_history() -> None:
    told = text()
    assert "How the promise has changed" not in told
    assert "Judged against the promise" not in told

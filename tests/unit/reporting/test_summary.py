"""What the summary says beside the verdict: what a chance rests on, what other choices allow."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.reporting import samples

from gapwatch.codes import AS_CALCULATED, CANNOT, Coded
from gapwatch.reporting.build import build_report
from gapwatch.reporting.evidence.choices import Choice
from gapwatch.reporting.summary import words


def points(verdict: str, **changes: Any) -> dict[str, Any]:
    facts = samples.old_facts() if verdict == CANNOT else samples.facts()
    told = samples.tables() | {"verdict": samples.verdicts(verdict, **changes)}
    report = build_report(samples.study(), facts, told)
    return {point.heading: point.texts for point in report.summary.points}


@pytest.mark.parametrize("down", [True, False])
def test_a_chance_is_never_without_what_it_knows_nothing_of(down: bool) -> None:
    told = points("on track", p_target=0.97, levels_down=down)["Limits"]
    assert told[0] == words.PAST_ONLY


def test_without_a_chance_there_is_no_projection_to_speak_of() -> None:
    told = points(CANNOT, reason_code="V03", p_target=0.47)["Limits"]
    assert words.PAST_ONLY not in told
    assert told[0].startswith("Nothing comparable is known about the years after")


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["on track"], []),
        (["on track", "on track"], ["1 other choice would give the same verdict."]),
        ([CANNOT] * 3, ["None of 2 other choices would allow a verdict."]),
        (
            [CANNOT, CANNOT, "off track"],
            ["1 of 2 other choices would change it: in another way: “off track”."],
        ),
    ],
)
def test_other_choices_that_allow_no_verdict_give_none(
    verdicts: list[str], told: list[str]
) -> None:
    rest = dict.fromkeys(
        ("p_target", "p_narrowing", "projected_gap_years", "projected_sd_years"), None
    )
    tried = [
        Choice(
            what=Coded.of(AS_CALCULATED),
            words="in another way",
            verdict=verdict,
            reason_code="",
            by_numbers=verdict,
            flips=False,
            **rest,
        )
        for verdict in verdicts
    ]
    assert words.depends(tried) == told

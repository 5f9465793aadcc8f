"""Levelling down is never praised: every string of every document, site, kit and alert."""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest
from tests import claims
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import doubtful, samples

from gapwatch import alerting, codes
from gapwatch.contracts import GAP_CHANGE, VERDICT
from gapwatch.pipeline import Outcome
from gapwatch.reporting import kit
from gapwatch.reporting.build import build_report
from gapwatch.reporting.render import draw, render
from gapwatch.targets import targets_of

CLEAR = {
    "slope_years_per_year": -0.2,
    "slope_lower95_years_per_year": -0.3,
    "slope_upper95_years_per_year": -0.1,
    "p_target": 0.9,
    "p_narrowing": 0.995,
    "first_answerable_year": None,
    "first_answerable_code": codes.ANSWERED,
}
KINDS = [
    ("published", "on track", codes.BETTER_WORSENS),
    ("published", "target met", codes.BETTER_WORSENS_FASTER),
    ("computed", "on track", codes.BOTH_MOVE),
    ("computed", "on track", codes.BETTER_WORSENS),
    ("computed", "too early to tell", codes.BOTH_MOVE),
]


@cache
def made(kind, verdict, closing):
    """Study, facts, tables and report of a gap that gets smaller by shorter lives."""
    changes = {"closing_code": closing, "levels_down": True, **CLEAR}
    if kind == "computed":
        study, facts = computed.study(), computed.facts()
        tables = computed.tables(verdict=verdict, **changes)
        tables["gap_change"] = computed.made(GAP_CHANGE, computed.changes(-0.1, -2.0))
    else:
        study, facts = samples.study(), samples.facts()
        tables = samples.tables(verdict, **changes)
    others = doubtful.sensitivity().assign(verdict="on track", by_numbers="on track")
    flips = doubtful.flip().assign(by_numbers="target met")
    tables = {**tables, "sensitivity": others, "flip": flips}
    tables = dict(samples.case(study, facts, tables).tables)
    return study, facts, tables, build_report(study, facts, tables)


@cache
def documents(*case):
    study, facts, tables, report = made(*case)
    charts = draw(study, tables, facts)
    return {**render(report, charts), **kit.make(report, charts)}


@pytest.mark.parametrize("case", KINDS)
def test_no_string_of_a_report_praises_levelling_down(case):
    *_, report = made(*case)
    assert claims.bare(claims.answer(asdict(report))) == []
    assert report.label == (codes.LEVELLING_DOWN if case[1] in codes.GOOD_VERDICTS else case[1])
    assert (report.banner.verdict == "Levelling down") == (report.label == codes.LEVELLING_DOWN)
    assert report.banner.tone != "good"


# Every string of all is walked above; documents are set from them, and take seconds each.
SET = [
    case if number in (0, 2) else pytest.param(case, marks=pytest.mark.long)
    for number, case in enumerate(KINDS)
]


@pytest.mark.parametrize("case", SET)
@pytest.mark.parametrize(
    "name",
    [
        "report.html",
        "summary.pdf",
        "report.pdf",
        "annex.pdf",
        "summary.docx",
        "slides.pptx",
        "figures.xlsx",
    ],
)
def test_no_document_praises_levelling_down(case, name):
    files = documents(*case)
    texts = claims.of(name, files[name])
    assert claims.bare(texts) == []
    if case[1] in codes.GOOD_VERDICTS and name != "annex.pdf":
        assert any("levelling down" in text.casefold() for text in texts)


@pytest.mark.parametrize("case", KINDS)
def test_the_chance_of_a_target_by_levelling_down_says_so_where_it_stands(case):
    *_, report = made(*case)
    (told,) = (n for n in report.summary.numbers if n.label.startswith("Chance"))
    assert (told.note == "By levelling down, which is no success.") == (
        report.label == codes.LEVELLING_DOWN
    )


@pytest.mark.parametrize("case", KINDS)
def test_no_answer_to_a_program_and_no_alert_praises_levelling_down(case):
    _, _, tables, report = made(*case)
    found = Outcome(
        release="riverton-2016-11-23-0123456789",
        snapshot="2016-11-23-0123456789",
        path=Path("reports"),
        verdict=report.verdict,
        label=report.label,
        sentence=report.sentence,
        message=asdict(report.message),
        warnings=(),
        newest_end=2015,
        targets=tuple(targets_of({VERDICT.name: tables[VERDICT.name]})),
    )
    told = json.loads(json.dumps(vars(found) | {"path": ""}))
    assert claims.bare(claims.answer(told)) == []
    alerts = alerting.success("riverton", found, before="off track", new=("areas",))
    assert claims.bare(claims.answer([alert.as_json() for alert in alerts])) == []
    assert len(alerts) == 2


def test_the_walk_finds_praise_wherever_it_stands():
    praise = "The gap is on track to be halved."
    page = (
        f'<p>The <a href="#x">gap</a> is on track.</p><img alt="{praise}"><meta content="{praise}">'
    )
    assert len(claims.bare(claims.page(page.encode()))) == 3
    assert claims.bare(["The gap narrowed between 2001 and 2011."])
    assert claims.bare(["Target met."])
    assert not claims.bare(["The gap narrowed, as life expectancy fell in Castle."])
    assert not claims.bare(["The gap is not on track."])
    # The clause has to stand in the same sentence.
    assert claims.bare(["The gap narrowed. That is levelling down."])
    assert list(claims.answer({"verdict": "on track", "label": "levelling down"})) == [
        "levelling down"
    ]
    assert "on track" in list(claims.answer({"verdict": "on track"}))

"""The report model: the same for any place, honest about what is missing, formatted once."""

import dataclasses
import json
import re

import pandas as pd
import pytest
from tests.unit.reporting import doubtful, samples

from gapwatch.contracts import VERDICTS
from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.measures import agreement
from gapwatch.reporting.document import Paragraph, ReportFigure, ReportTable


def build(facts=None, **changes):
    return build_report(samples.study(), facts or samples.facts(), samples.tables(**changes))


def text_of(report):
    return json.dumps(dataclasses.asdict(report), ensure_ascii=False).replace("\u00a0", " ")


def blocks(report, kind):
    return [
        block for section in report.sections for block in section.blocks if isinstance(block, kind)
    ]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_makes_a_whole_report(verdict):
    report = build(verdict=verdict, reason="a side is withheld")
    assert report.verdict == verdict
    assert report.banner.headline in report.sentence
    assert [answer.question for answer in report.answers] == [
        "How big is the gap, and how sure are we?",
        "Which way is it going?",
        "Will it be halved by 2030?",
        "What has changed since the last release?",
    ]
    assert all(answer.short for answer in report.answers)
    assert all(section.blocks for section in report.sections)


@pytest.mark.parametrize("facts", [samples.facts(), samples.old_facts()])
def test_no_text_shows_a_programmers_value(facts):
    text = text_of(
        build(
            facts,
            verdict="cannot calculate",
            reason_code="V03",
            reason_arguments="newest=2014 stale_after=6",
        )
    )
    for slip in ("nan", "None", "NaT", "<NA>", "True", "False", "inf "):
        assert not re.search(rf"\b{re.escape(slip)}\b", text), slip
    assert not re.search(r"(?<![\w\d./:-])-\d", text), "a hyphen stands for a minus sign"


def test_the_report_is_about_the_study_and_no_other_place():
    text = text_of(build())
    assert "Riverton" in text
    for other in ("Westminster", "Knightsbridge", "London"):
        assert other not in text


def test_old_figures_are_shown_and_never_called_a_forecast():
    report = build(samples.old_facts(), verdict="cannot calculate", reason_code="V03", reason="x")
    text = text_of(report)
    assert "end in 2015, 11 years before this report" in text
    assert "No line leads to the target and no range to the deadline" in text
    assert "What is needed for a verdict, and whom to ask" in text
    assert "would settle" not in text
    assert "counted on one population base, would let the question be asked again." in text
    assert "The answer may still be “too early to tell”." in text
    assert "The answer may still be “too early to tell”, even when the promise" in text
    assert "comparable with the baseline, the newest at most 6 years old, a report can ask" in text
    assert "Nothing comparable is known about the years after 2015." in text


def test_fresh_figures_carry_no_warning_about_age():
    text = text_of(build())
    assert "not a forecast, and" not in text
    assert "What data would let" not in text
    assert "is expected at 6.2 years in 2030" in text


def test_too_early_names_the_first_year_that_can_tell():
    assert "the report of 2021 would be the first with a chance of 80% or more" in text_of(build())
    assert "would be the first" not in text_of(build(first_answerable_year=None))
    assert "would be the first" not in text_of(build(verdict="on track"))


def test_the_reading_that_decides_is_named_with_its_date_of_publication():
    text = text_of(build())
    assert "A five-year figure that ends in 2030 is centred on 2028" in text
    assert "published about 2032" in text
    assert "tells of about 2026" in text


def test_a_range_below_zero_is_explained():
    assert "would live longer" in text_of(build(projected_lower95_years=-0.1))
    assert "would live longer" not in text_of(build())


def test_missing_projections_are_said():
    tables = samples.tables(
        projected_gap_years=None, projected_lower95_years=None, projected_upper95_years=None
    )
    tables["trajectory"] = tables["trajectory"].iloc[:0]
    report = build_report(samples.study(), samples.facts(), tables)
    assert "There is no projection" in text_of(report)


def test_a_withheld_gap_is_named_with_its_reason_and_never_zero():
    tables = samples.tables()
    newest = tables["gap"]["period_start"] == samples.NEWEST[0]
    columns = [c for c in tables["gap"] if c.endswith("years") and "worse" not in c]
    tables["gap"].loc[newest, columns] = None
    tables["gap"].loc[newest, "reason"] = "S05"
    text = text_of(build_report(samples.study(), samples.facts(), tables))
    assert "withheld: the 95% interval of life expectancy at birth is wider than 20 years" in text
    assert "S05: the 95% interval" in text


def test_a_withheld_area_is_named_and_stands_last():
    report = build()
    table = next(t for f in blocks(report, ReportFigure) for t in f.tables if t.id == "table-areas")
    assert table.rows[-1][0] == "St Anne's"
    assert table.rows[-1][2] == "withheld"


def test_the_other_geography_is_named_and_kept_out_of_the_trend():
    text = text_of(build())
    assert "for other areas, 2011 MSOAs (middle layer super output areas: statistical" in text
    assert "areas of about 8,000 people), exist for 2011 to 2015." in text
    assert "never joined to the trend" in text


def test_the_naive_range_stands_only_beside_the_corrected_one():
    text = text_of(build())
    assert text.count("10.6 years before it") == 1
    assert "8.6 years after the correction, 10.6 years before it" in text


def test_every_figure_has_a_finding_a_subtitle_an_alt_text_of_its_own_and_its_data():
    figures = blocks(build(), ReportFigure)
    assert [figure.number for figure in figures] == list(range(1, len(figures) + 1))
    for figure in figures:
        assert figure.title
        assert figure.subtitle
        assert figure.alt not in (figure.title, figure.subtitle)
        assert len(figure.alt) > 60
        assert all(name.startswith("data/") and name.endswith(".csv") for name in figure.files)


def test_tables_are_rectangular():
    report = build()
    tables = blocks(report, ReportTable) + [
        t for f in blocks(report, ReportFigure) for t in f.tables
    ]
    assert len(tables) >= 5
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert len(table.shares) in (0, len(table.columns))
        assert all(cell for row in table.rows for cell in row)


def test_licence_lines_and_hashes_of_every_pin_are_printed():
    facts = samples.facts()
    report = build(facts)
    assert report.licence_lines == tuple(pin.attribution for pin in facts.pins)
    for value in (
        facts.release_id,
        facts.snapshot_id,
        facts.code_sha256,
        facts.study_sha256,
        facts.pins[0].sha256,
        facts.rerun_command,
        "no lock file was found",
    ):
        assert value in text_of(report)


def test_only_web_addresses_become_links():
    pin = dataclasses.replace(samples.facts().pins[0], url="javascript:alert(1)")
    assert "javascript" not in text_of(build(samples.facts(pins=(pin,))))


def test_warnings_of_the_validation_are_shown_with_their_rows():
    assert (
        "Warning. Expected: no value is withheld. Found: 1 of 15 rows is not so: "
        "St Anne's (E05000006), males, 2011 to 2015." in text_of(build())
    )


def test_a_check_that_compared_nothing_is_named_and_not_counted():
    tables = samples.tables()
    idle = ("count_total", 7, "residents agree with totals", "warning", "not checked", 0, 20, 0, "")
    checks = samples.validation()
    row = pd.DataFrame([idle], columns=checks.columns)
    tables["validation"] = pd.concat([checks, row], ignore_index=True)
    text = text_of(build_report(samples.study(), samples.facts(), tables))
    assert "2 checks ran before anything was published." in text or "Two checks ran" in text
    assert "Not checked: residents agree with totals." in text


def test_a_study_without_published_areas_has_no_empty_section():
    tables = samples.tables()
    tables["life_expectancy"] = tables["life_expectancy"].iloc[:0]
    report = build_report(samples.study(), samples.facts(), tables)
    assert "where" not in [section.id for section in report.sections]


def test_the_measures_say_whether_they_agree():
    assert "All 4 readings of the gap give the same verdict: too early to tell." in text_of(build())
    assert agreement([]) == "No measure has a verdict."
    mixed = samples.tables()
    mixed["verdict"] = pd.concat(
        [samples.verdicts("on track").iloc[:1], mixed["verdict"].iloc[1:]], ignore_index=True
    )
    text = text_of(build_report(samples.study(), samples.facts(), mixed))
    assert "The measures disagree." in text
    assert "1 says “on track” and 3 say “too early to tell”" in text


def build_doubtful():
    columns = [
        "measure",
        "sex",
        "method",
        "shares_no_year",
        "forecasts",
        "within50",
        "within80",
        "within95",
        "crps_years",
        "brier",
    ]
    extra = {
        "sensitivity": doubtful.sensitivity(),
        "flip": doubtful.flip(),
        "selection": doubtful.selection(),
        "backtest": pd.DataFrame(columns=columns),
    }
    tables = (
        samples.tables(
            "cannot calculate", reason_code="V03", reason_arguments="newest=2014 stale_after=6"
        )
        | extra
    )
    return build_report(samples.study(), samples.old_facts(), tables)


def test_the_fall_to_expect_from_picking_stands_beside_the_change_and_only_there():
    report = build_doubtful()
    trajectory = next(one for one in report.sections if one.id == "trajectory").blocks
    texts = [b.text for b in trajectory if isinstance(b, Paragraph)]
    beside = next(i for i, text in enumerate(texts) if "the baseline, and" in text)
    assert "part of a later fall is to be expected" in texts[beside + 1]
    assert text_of(report).count("part of a later fall is to be expected") == 1
    assert "was picked" not in text_of(build())


def test_changes_that_were_not_tried_are_not_spoken_of():
    tables = samples.tables("off track")
    tables |= {"sensitivity": doubtful.sensitivity().assign(verdict="off track")}
    tables |= {"flip": doubtful.flip()}
    text = text_of(build_report(samples.study(), samples.facts(), tables))
    assert "If the target were 2.0 years higher" in text
    assert "newest gap were" not in text
    assert "No newest gap" not in text


def test_without_a_verdict_no_pace_no_chance_and_no_verdict_by_numbers_is_told():
    text = text_of(build_doubtful())
    assert "would be reached" not in text
    assert "if it goes on changing" not in text
    assert "table-choices" not in text
    assert "table-trajectory" not in text
    assert "There is no verdict as calculated, because" in text


def test_every_ground_for_no_verdict_is_listed_with_the_rules_in_their_order():
    text = text_of(build())
    for ground in (
        "There are fewer than 3 comparable windows.",
        "A side is withheld in the newest window.",
        "The newest window ended more than 6 years before the release.",
        "The deadline has passed.",
        "a break makes it not comparable",
        "The target is not below the baseline gap.",
        "The side called worse off lives longer",
    ):
        assert ground in text
    assert (
        "Target met, unless it is levelling down: the chance that the gap was at or below the "
        "target in the newest year observed is at least 95%, and the chance of meeting it in 2030 "
        "is at least 80%." in text
    )
    names = (
        "Target met, unless it is levelling down",
        "On track, unless it is levelling down",
        "Levelling down",
        "Wrong direction",
        "Off track",
        "Too early to tell",
    )
    order = [text.index(f"{name}: ") for name in names]
    assert order == sorted(order)


def test_the_alt_text_names_the_length_of_the_windows_only_when_they_share_it():
    def alt(tables):
        report = build_report(samples.study(), samples.facts(), tables)
        return blocks(report, ReportFigure)[0].alt

    tables = samples.tables()
    assert "8 comparable five-year windows run" in alt(tables)
    gap = tables["gap"]
    gap.loc[gap["period_start"] == samples.NEWEST[0], "period_start"] += 2
    assert "8 comparable windows run" in alt(tables)
    gap.loc[gap["segment"] == 2, "period_start"] = gap["period_end"] - 3
    assert "8 comparable 4-year windows run" in alt(tables)


def test_the_relative_gap_has_its_interval_where_there_is_one():
    assert "1.100 (1.050 to 1.150)" in text_of(build())
    tables = samples.tables()
    tables["gap"][["relative_lower95", "relative_upper95"]] = None
    text = text_of(build_report(samples.study(), samples.facts(), tables))
    assert "1.100" in text
    assert "1.100 (" not in text


def test_the_corrected_range_is_said_to_be_approximate_in_the_trend():
    assert "the corrected range as sampling error, which is approximate" in text_of(build())


def test_how_to_make_it_again_stands_beside_the_command():
    text = text_of(build())
    assert "Check out the commit named in manifest.json." in text
    assert "To make it again" in text


def test_the_report_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        build().verdict = "on track"

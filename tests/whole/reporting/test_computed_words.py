"""Words and axes that were written for published five-year windows, where we make annual ones."""

import dataclasses
import datetime as dt
import json

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import later_samples, samples
from tests.unit.reporting.test_doubts import score

from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters import measures as section_measures
from gapwatch.reporting.chapters import methods as section_making
from gapwatch.reporting.chapters.bridged import section as section_later
from gapwatch.reporting.chapters.robustness import words as doubts
from gapwatch.reporting.chapters.trajectory import pace
from gapwatch.reporting.chapters.trajectory import section as section_trajectory
from gapwatch.reporting.chapters.trajectory import words as trajectory_words
from gapwatch.reporting.chapters.trajectory.chart import gap_figure
from gapwatch.reporting.chapters.trajectory.chart_sides import ends_figure
from gapwatch.reporting.chapters.verdict import section as answers
from gapwatch.reporting.charts import draw_all
from gapwatch.reporting.document import ReportFigure, ReportTable
from gapwatch.reporting.drawing.canvas import Canvas
from gapwatch.reporting.evidence import area_figures
from gapwatch.reporting.evidence import bridged as later
from gapwatch.reporting.evidence.areas import ward_map
from gapwatch.reporting.evidence.expected import next_expected
from gapwatch.reporting.evidence.rows import trajectory
from gapwatch.study import PinnedSource


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def said(section):
    blocks = [dataclasses.asdict(block) for block in section.blocks]
    return flat(json.dumps(blocks, ensure_ascii=False))


def published():
    return samples.case(samples.study(), samples.facts(), samples.tables())


@pytest.fixture(scope="module")
def case():
    return computed.case()


def longer(length, years=tuple(range(2004, 2024))):
    tables = computed.tables(newest_start=2024 - length)
    return samples.case(
        computed.study(), computed.facts(), tables | {"gap": computed.gap(years, length)}
    )


def test_the_opening_says_whose_figures_the_baseline_is(case):
    ours, theirs = (
        said(section_trajectory.section(case)),
        said(section_trajectory.section(published())),
    )
    assert "Our own figures, computed from deaths and residents, give 10.0 years for 2004" in ours
    assert "The figure was 10.0 years in 2004 to 2008, the baseline, and 8.2 years in 2023." in ours
    assert "The published figures give 10.0 years for 2004 to 2008" in theirs


def test_a_baseline_that_is_no_window_is_one_only_outside_the_trend(case):
    found = trajectory_words.baseline_outside(case)
    assert (found.start, found.end, found.gap.value) == (2004, 2008, 10.0)
    assert trajectory_words.baseline_outside(longer(5)) is None
    none = computed.tables(baseline_gap_years=None)
    assert trajectory_words.baseline_outside(samples.case(case.study, case.facts, none)) is None


def test_single_years_share_no_years_and_longer_windows_may(case):
    assert trajectory_words.notes(case)[0] == (
        "Each dot is the gap of one calendar year, drawn at its middle. The upright line is the "
        "95% interval: the range that plausibly holds the true gap."
    )
    assert "Its flat part is the baseline of 2004 to 2008." in trajectory_words.notes(case)[4]
    assert trajectory_words.notes(longer(3))[0].endswith("share years with their neighbours.")
    apart = longer(3)
    apart = dataclasses.replace(
        apart,
        tables={
            **apart.tables,
            "gap": apart.tables["gap"][apart.tables["gap"]["period_end"] % 3 == 0],
        },
    )
    assert trajectory_words.notes(apart)[0].endswith("the years that the window covers.")
    assert trajectory_words.notes(published())[0].endswith("share years with their neighbours.")


@pytest.mark.parametrize(("length", "name"), [(1, "one-year"), (3, "three-year"), (4, "4-year")])
def test_windows_are_named_by_their_length(length, name):
    assert trajectory_words.size(length) == name


def test_the_figure_of_the_deadline_is_our_own_and_known_a_year_later(case):
    assert trajectory_words.deciding(case) == [
        (
            "What decides is the gap of the calendar year 2030 itself, seen through its own figure "
            "and those around it."
        ),
        (
            "We make a figure once the deaths and the residents of its last year are known. In "
            "this report that takes one year."
        ),
        (
            "So the figure of 2030 is known about 2031, and the last one known by the end of 2030 "
            "is that of 2029."
        ),
    ]


def test_the_same_for_windows_of_three_years():
    assert trajectory_words.deciding(longer(3))[2:] == [
        (
            "So a three-year figure that ends in 2030, which is centred on 2029, is known about "
            "2031. The last one known by the end of 2030 tells of about 2028."
        ),
        "The figure centred on 2030 is known about 2032.",
    ]


def test_a_baseline_that_cannot_be_given_leaves_no_target(case):
    tables = computed.tables(baseline_gap_years=None, target_gap_years=None)
    told = said(section_trajectory.section(samples.case(case.study, case.facts, tables)))
    assert (
        "Our own figures, computed from deaths and residents, give no gap for 2004 to 2008 that "
        "the newest figures can be compared with, so there is no target." in told
    )
    assert "not available" not in told.split("table-gap")[0]


def test_how_long_a_figure_takes_needs_no_verdict(case):
    tables = computed.tables(newest_start=None, newest_end=None)
    without = samples.case(case.study, case.facts, tables)
    assert trajectory_words.deciding(without) == trajectory_words.deciding(case)


@pytest.mark.parametrize(
    ("year", "words"),
    [
        (2023, "In this report that takes less than a year."),
        (2026, "In this report that takes 3 years."),
        (2040, "which has usually taken 2 years."),
    ],
)
def test_how_long_a_figure_takes_is_that_of_this_report_unless_it_is_old(case, year, words):
    at = samples.case(case.study, computed.facts(as_known_at=dt.date(year, 12, 1)), case.tables)
    assert trajectory_words.deciding(at)[1].endswith(words)


def test_published_figures_keep_their_own_clock():
    assert "is published about" in trajectory_words.deciding(published())[1]


def test_a_single_year_is_no_rough_middle(case):
    ours = pace.sentences(case.verdict, 2023, old=False, single=True)
    assert ours[0].startswith("From the newest figure, for 2023, the gap would have to fall")
    theirs = pace.sentences(case.verdict, 2012, old=False)
    assert theirs[0].startswith("From the newest figure, for about 2012, the gap")
    met = dataclasses.replace(case.verdict, required_change_years_per_year=0.1)
    assert pace.sentences(met, 2023, old=False, single=True)[0] == (
        "The newest figure, for 2023, is at or below the target already."
    )
    assert "for 2023, the gap would" in said(section_trajectory.section(case))


def test_how_life_expectancies_are_made_is_told_for_either_series(case):
    ours, theirs = said(section_making.section(case)), said(section_making.section(published()))
    assert "Life expectancies are our own." in ours
    assert "A single area takes 5 years together." in ours
    assert "Windows of the headline share no years, so their errors are independent." in ours
    assert "the publisher's own" not in ours
    assert "Life expectancies are the publisher's own." in theirs
    assert "Neighbouring windows share years, so their errors go together." in theirs
    assert "Neighbouring windows share years" in said(section_making.section(longer(3)))


def test_sides_are_joined_by_adding_up_their_deaths(case):
    ours, theirs = said(section_measures.section(case)), said(section_measures.section(published()))
    assert "The deaths and residents of all areas on one side are added up" in ours
    assert "Several areas on one side are averaged by population." in theirs
    assert "Newest: 2011 to 2015. Baseline: 2004 to 2008." in theirs


def test_wards_are_said_to_be_computed_here_and_other_areas_are_not(case):
    maps = (ward_map(case.study, case.tables, "male"),)
    assert area_figures.opening(case, maps)[0].startswith(
        "These are the newest figures for 2011 wards, computed here from deaths and residents: "
        "deaths in 2019 to 2023."
    )
    other = (dataclasses.replace(maps[0], geography="msoa2021", computed=False),)
    assert "computed here" not in area_figures.opening(case, other)[0]
    theirs = (ward_map(samples.study(), samples.tables(), "male"),)
    assert "computed here" not in area_figures.opening(published(), theirs)[0]


def test_figures_for_other_areas_are_later_only_where_they_are():
    row = later_samples.row(period_start=2019, period_end=2023)
    tables = {**later_samples.tables(row), **computed.tables()}
    tables["bridged_gap"] = later_samples.tables(row)["bridged_gap"]
    same = samples.case(computed.study(), computed.facts(), tables)
    assert later.heading(same) == "Published figures on other areas"
    assert later.in_short(same) == (
        "Published figures for 2021 MSOAs can't be compared with these: see “Published figures on "
        "other areas”."
    )
    assert "Published figures on other areas are carried" in said(section_making.section(same))
    more = later_samples.row(period_start=2021, period_end=2025)
    tables["bridged_gap"] = later_samples.tables(more)["bridged_gap"]
    after = samples.case(computed.study(), computed.facts(), tables)
    assert later.heading(after) == "Later figures on other areas"
    assert later.heading(later_samples.case()) == "Later figures on other areas"
    assert later.heading(computed.case()) == "Later figures on other areas"


def test_other_areas_have_maps_only_where_their_figures_are_later():
    row = later_samples.row(period_start=2019, period_end=2023)
    study = later_samples.study().model_copy(update={"computed": computed.study().computed})
    tables = {**later_samples.tables(row), "gap": computed.gap()}
    same = samples.case(study, computed.facts(), tables)
    assert not later.draws_maps(same)
    blocks = section_later.section(same, 6).blocks
    assert [block for block in blocks if isinstance(block, ReportFigure)] == []
    assert "table-areas-msoa2021" in [
        block.id for block in blocks if isinstance(block, ReportTable)
    ]
    assert not any(name.startswith("map-") for name in draw_all(same))
    assert later.draws_maps(later_samples.case())


def sourced(**tables):
    extra = tuple(
        PinnedSource(id=name, table=name, next_expected=text) for name, text in tables.items()
    )
    study = computed.study()
    return study.model_copy(update={"sources": (*study.sources, *extra)})


def test_what_is_expected_next_is_what_the_trend_rests_on():
    assert next_expected(samples.study()) == ("The next edition is expected in May.",)
    both = sourced(deaths="Deaths are due in June.", population="Residents are due in July.")
    assert next_expected(both) == ("Deaths are due in June.", "Residents are due in July.")
    assert next_expected(sourced(deaths="Both in June.", population="Both in June.")) == (
        "Both in June.",
    )
    assert next_expected(computed.study()) == ()
    beside = both.model_copy(update={"computed": computed.study(decides=False).computed})
    assert next_expected(beside) == ("The next edition is expected in May.",)
    changed = answers.answers(samples.case(both, computed.facts(), computed.tables()))[3]
    assert changed.more == ("Deaths are due in June.", "Residents are due in July.")


def test_forecasts_that_all_share_no_year_are_told_once():
    every = [score("projection", 1.0), score("no change", 1.3)]
    told = doubts.track_record(every, every)
    assert len(told) == 2
    assert told[1] == (
        "None of these forecasts shares a year with what was known. But many foretell the same "
        "window. They are fewer trials than they seem."
    )
    close = [score("projection", 1.0), score("no change", 1.01)]
    assert doubts.track_record(close, close)[-1] == (
        "Nothing here shows that this projection can foretell the gap."
    )


def test_the_names_of_two_ends_that_meet_are_pushed_apart():
    def heights(gap):
        table = computed.gap()
        for part in ("", "_lower95", "_upper95"):
            table[f"better{part}_years"] = table[f"worse{part}_years"] + gap
        case = computed.case(gap=table)
        figure = ends_figure(Canvas(narrow=False), case.windows, "West of the town", "Castle")
        names = [t for t in figure.axes[0].texts if t.get_text()[-1].isdigit()]
        return [(text.xy[1], text.xyann[1]) for text in names]

    assert [shift for _, shift in heights(10.0)] == [0.0, 0.0]
    (better, up), (worse, down) = heights(0.1)
    assert better > worse
    assert up == -down
    assert up > 10
    only = computed.case().windows[:5]
    bare = tuple(dataclasses.replace(window, better=None) for window in only)
    assert len(ends_figure(Canvas(narrow=False), bare, "West", "Castle").axes[0].texts) == 1


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("years", [range(2004, 2025), range(2000, 2025), range(1990, 2025)])
def test_labels_of_many_years_keep_apart_on_the_axis(years, narrow):
    case = longer(1, tuple(years))
    canvas = Canvas(narrow=narrow)
    figure = ends_figure(canvas, case.windows, "West", "Castle")
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Calendar year"
    assert len(axes.get_xticks()) <= (6 if narrow else 11)
    assert all(label.get_text().isdigit() for label in axes.get_xticklabels())
    three = ends_figure(canvas, longer(3, tuple(years)).windows, "West", "Castle")
    assert three.axes[0].get_xlabel() == "Middle year of each window"


def test_the_target_line_starts_with_a_flat_part_over_the_baseline(case):
    def texts(found):
        path = trajectory(found.tables, computed.MEASURE, "male")
        figure = gap_figure(
            Canvas(narrow=False),
            found.windows,
            path,
            found.verdict,
            found.facts.as_known_at,
            old=False,
        )
        return [text.get_text() for text in figure.axes[0].texts]

    assert texts(case).count("Baseline 10.0") == 1
    assert sum("Baseline" in text for text in texts(longer(5))) == 1


def test_a_whole_report_of_annual_windows_says_nothing_of_five_year_or_published_ones(case):
    report = build_report(case.study, case.facts, case.tables)
    trend = said(report.sections[0])
    for word in ("five-year", "share years", "published about", "one window of years"):
        assert word not in trend
    assert [section.id for section in report.sections] == [
        "trajectory",
        "where",
        "ages",
        "take",
        "measures",
        "series",
        "quality",
        "making",
    ]


def test_tables_beside_the_published_series_change_only_their_own_sections():
    study = computed.study(decides=False)
    bare = {**samples.tables(), **computed.own_tables()}
    report = build_report(study, samples.facts(), bare)
    plain = build_report(study, samples.facts(), samples.tables())
    ids = [section.id for section in report.sections]
    assert ids == ["trajectory", "where", "ages", "take", "measures", "series", "quality", "making"]
    same = {"trajectory", "where", "measures", "making"}
    kept = [section for section in report.sections if section.id in same]
    assert kept == [section for section in plain.sections if section.id in same]
    assert report.answers == plain.answers

"""How a promise to eliminate the gap is told: closed, zero or below, and no praise for turning."""

from __future__ import annotations

from matplotlib.text import Text
from tests.unit.reporting import computed_samples, samples

from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.trajectory.chart import gap_figure
from gapwatch.reporting.document import Report
from gapwatch.reporting.drawing.canvas import Canvas
from gapwatch.reporting.language.phrases import ONE_SIDED
from gapwatch.reporting.language.texts import all_texts


def report(verdict: str = "off track", **changes: object) -> Report:
    study = samples.study(share_of_baseline=0.0, text="eliminate the gap")
    tables = samples.tables(verdict, target_gap_years=0.0, **changes)
    path = tables["trajectory"]
    tables["trajectory"] = path.assign(target_line_years=path["target_line_years"] - 5.0)
    return build_report(study, samples.facts(), tables)


def text(told: Report) -> str:
    return "\n".join(all_texts(told)).replace("\N{NO-BREAK SPACE}", " ")


def test_the_target_is_zero_or_below_and_the_gap_is_to_be_closed() -> None:
    told = text(report())
    assert "is not on track to be closed by 2030" in told
    assert "will be zero or below in 2030, the target" in told
    assert "Zero or below" in told
    assert ONE_SIDED in told
    assert "The target is zero in 2030, whatever the gap was before." in told


def test_nothing_is_halved_and_no_target_is_a_number_of_years() -> None:
    for verdict in ("off track", "on track", "too early to tell", "target met", "cannot calculate"):
        told = text(report(verdict))
        for never in ("halve", "0.0 years or less", "exactly 0", "0% of"):
            assert never not in told, (verdict, never)


def test_the_target_stands_at_zero_in_the_chart() -> None:
    study = samples.study(share_of_baseline=0.0)
    tables = samples.tables("on track", target_gap_years=0.0)
    case = samples.case(study, samples.facts(), tables)
    for narrow in (False, True):
        canvas = Canvas(narrow=narrow)
        known_at = case.facts.as_known_at
        figure = gap_figure(canvas, case.windows, case.path, case.verdict, known_at, old=False)
        low, high = figure.axes[0].get_ylim()
        assert low < 0 < high
        told = [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
        assert "Target: zero or below in 2030" in [text.replace("\n", " ") for text in told]


def test_a_gap_that_turned_round_is_no_success() -> None:
    study = samples.study(share_of_baseline=0.0)
    tables = samples.tables("target met", target_gap_years=0.0)
    gap = tables["gap"]
    newest = gap["period_end"] == gap["period_end"].max()
    gap.loc[newest, ["gap_years", "lower95_years", "upper95_years"]] = [-3.0, -4.0, -2.0]
    told = build_report(study, samples.facts(), tables).message
    assert "has turned round: the side called worse off now lives longer, by 3.0" in told.caveat
    assert "That is a gap too" in told.caveat


def test_own_figures_have_one_target_and_say_no_other() -> None:
    study = computed_samples.study(share_of_baseline=0.0)
    tables = computed_samples.tables(target_gap_years=0.0)
    told = text(build_report(study, computed_samples.facts(), tables))
    assert "Judged against" not in told
    assert "closed by 2030" in told

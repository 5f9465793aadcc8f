"""Charts: the same bytes from the same tables, our own font, nothing hidden."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pytest
from tests.unit.reporting import samples
from tests.unit.reporting.test_words import window

from gapwatch.reporting.build import build_report
from gapwatch.reporting.chapters.areas.chart_areas import draw_areas, tiles, zone_shapes
from gapwatch.reporting.chapters.areas.chart_ranking import dots_figure
from gapwatch.reporting.chapters.trajectory.chart_sides import ends_figure
from gapwatch.reporting.chapters.trajectory.words import alt
from gapwatch.reporting.document import ReportFigure
from gapwatch.reporting.drawing.canvas import ORANGE, Canvas, drawn
from gapwatch.reporting.drawing.wrap import lines
from gapwatch.reporting.evidence.areas import ward_map
from gapwatch.reporting.render import draw


@pytest.fixture(scope="module")
def charts():
    return draw(samples.study(), samples.tables(), samples.facts())


def every_svg(charts):
    return [text for chart in charts.values() for text in (chart.wide, chart.narrow)]


def test_there_is_a_chart_for_every_figure_of_the_report(charts):
    report = build_report(samples.study(), samples.facts(), samples.tables())
    figures = {b.id for s in report.sections for b in s.blocks if isinstance(b, ReportFigure)}
    assert figures == set(charts)


def test_the_same_tables_give_the_same_bytes(charts):
    again = draw(samples.study(), samples.tables(), samples.facts())
    assert every_svg(again) == every_svg(charts)


def test_a_readers_own_settings_change_nothing(charts):
    with mpl.rc_context({"lines.linewidth": 9, "font.family": "DejaVu Sans", "text.color": "red"}):
        again = draw(samples.study(), samples.tables(), samples.facts())
    assert every_svg(again) == every_svg(charts)


def test_drawing_leaves_the_settings_of_others_alone():
    def settings():
        # The backend is left out: looking at it is what chooses one.
        return {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"}

    before = settings()
    drawn(lambda canvas: ends_figure(canvas, (window(),), "North", "South"))
    assert settings() == before


def test_svgs_are_well_formed_without_text_dates_or_references_to_elsewhere(charts):
    for text in every_svg(charts):
        ET.fromstring(text)  # noqa: S314 - our own
        assert "<text" not in text
        assert "dc:date" not in text
        assert "matplotlib.org" not in text
        assert mpl.__version__ not in text
        assert not re.search(r'href="(?!#)', text)


def test_every_letter_is_drawn_from_our_own_font(charts):
    for text in every_svg(charts):
        glyphs = set(re.findall(r'href="#([A-Za-z]+)-?[0-9a-f]+', text))
        assert not {g for g in glyphs if g.startswith(("DejaVu", "Liberation"))}


def test_old_figures_turn_the_fan_grey(charts):
    old = draw(samples.study(), samples.tables(), samples.old_facts())
    assert "#d5dee8" in charts["trajectory"].wide
    assert "#d5dee8" not in old["trajectory"].wide
    assert "#ececec" in old["trajectory"].wide


@pytest.mark.parametrize(
    ("verdict", "path", "said"),
    [
        ("off track", True, "straight line falls from the baseline to the target of 5.0 years in"),
        ("off track", False, "The target, 5.0 years in 2030, is not drawn."),
        ("cannot calculate", True, "is not drawn, as there is no verdict."),
    ],
)
def test_words_on_the_target_in_the_alt_text_are_those_of_the_drawing(verdict, path, said):
    tables = samples.tables(verdict, reason_code="V02" if verdict == "cannot calculate" else "")
    if not path:
        tables["trajectory"] = tables["trajectory"].iloc[:0]
    case = samples.case(samples.study(), samples.facts(), tables)
    told = alt(case).replace("\N{NO-BREAK SPACE}", " ")
    drawing = draw(samples.study(), tables, samples.facts())["trajectory"].wide
    assert said in told
    assert (ORANGE.lower() in drawing) == ("is not drawn" not in told)


def test_a_trajectory_without_projection_is_still_drawn():
    tables = samples.tables()
    tables["trajectory"] = tables["trajectory"].iloc[:0]
    assert draw(samples.study(), tables, samples.old_facts())["trajectory"].wide


def test_a_place_without_its_own_figure_is_still_drawn():
    tables = samples.tables()
    published = tables["life_expectancy"]
    tables["life_expectancy"] = published[published["geography"] != "borough"]
    assert "tiles-ward2011" in draw(samples.study(), tables, samples.facts())


def test_drawing_never_loads_the_stateful_interface_of_matplotlib():
    code = (
        "import sys; from tests.unit.reporting import samples as s; "
        "from gapwatch.reporting.render import draw; draw(s.study(), s.tables(), s.facts()); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_importing_the_model_loads_no_drawing_library():
    code = (
        "import sys; import gapwatch.reporting.build, gapwatch.reporting.render; "
        "sys.exit(bool({'matplotlib', 'geopandas', 'typst', 'jinja2'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_tiles_are_equal_in_area_and_never_overlap():
    found = ward_map(samples.study(), samples.tables(), "male")
    frame = tiles(found)
    assert frame.area.round(9).nunique() == 1
    shapes = list(frame.geometry)
    assert all(not a.overlaps(b) for i, a in enumerate(shapes) for b in shapes[i + 1 :])
    assert [zone for zone, _ in zone_shapes(frame, ("west", "none", "east"))] == ["west", "east"]


def test_real_boundaries_go_through_the_same_function_as_tiles():
    from matplotlib.figure import Figure as Canvasless
    from shapely.geometry import MultiPolygon, Point

    frame = tiles(ward_map(samples.study(), samples.tables(), "male"))
    ring = Point(0, 0).buffer(2).difference(Point(0, 0).buffer(1))
    frame.loc[0, "geometry"] = MultiPolygon([ring, Point(9, 9).buffer(1)])
    axes = Canvasless().add_axes((0, 0, 1, 1))
    draw_areas(axes, frame, ("west", "east"))
    assert len(axes.patches) == len(frame) + 2
    # Where areas touch, each border and each outline is a dark line on a white one.
    touching = Canvasless().add_axes((0, 0, 1, 1))
    draw_areas(touching, frame, ("west", "east"), inset=0.0)
    assert len(touching.patches) == 2 * len(frame) + 4


def test_areas_outside_every_zone_are_drawn_too():
    study = samples.study()
    lone = study.model_copy(update={"zones": {"west": study.zones["west"]}})
    maps = tuple(ward_map(lone, samples.tables(), sex) for sex in ("male", "female"))
    assert drawn(lambda canvas: dots_figure(canvas, lone, maps)).wide
    assert dots_figure(Canvas(narrow=True), lone, maps).axes


def test_names_are_broken_over_even_lines_and_words_stay_whole():
    assert lines("Knightsbridge and Belgravia", 14) == ["Knightsbridge", "and Belgravia"]
    assert lines("Bryanston and Dorset Square", 14) == ["Bryanston and", "Dorset Square"]
    assert lines("Llanfairpwllgwyngyll", 10) == ["Llanfairpwllgwyngyll"]
    assert lines("Soho", 10) == ["Soho"]

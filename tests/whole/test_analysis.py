"""A run and a pull check the same tables, and refuse the same."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gapwatch import pipeline, pulling, snapshots, tables
from gapwatch.analysis import analyse, hand_over, require_sexes_of_computed
from gapwatch.contracts import VALIDATION
from gapwatch.errors import GapwatchError, UsageError, ValidationError
from gapwatch.gap.evidence import series
from gapwatch.project import Project
from gapwatch.quality import worker
from gapwatch.quality.checker import Checker
from gapwatch.quality.gate import Gate
from tests.conftest import ROOT
from tests.little import TODAY, Little

Row = dict[str, object]


class Here(Checker):
    """The real checks in this process, which has loaded their library for other tests too."""

    def __init__(self, *only: str) -> None:
        super().__init__()
        self.asked: list[dict[str, Any]] = []
        self._only = only

    def __enter__(self) -> Here:
        return self

    def ask(self, request: dict[str, Any]) -> None:
        """Keep the request."""
        self.asked.append(request)

    def answers(self, count: int) -> list[dict[str, Any]]:
        """Check every table that was asked for; of a few suites alone where they are named."""
        assert count == len(self.asked)
        return [{"results": self._results(item)} for item in self.asked]

    def _results(self, item: dict[str, Any]) -> list[Any]:
        suite = Path(item["suite"])
        if self._only and suite.stem not in self._only:
            return []
        return worker.check(suite, Path(item["csv"]), item["kinds"], item["key"], item["told"])


def handed_over(place: Little, folder: Path, *only: str) -> pd.DataFrame:
    """The table `validation` of a place's inputs, checked by the real suites of a few tables."""
    study, inputs = place.read(folder / "place")
    (folder / "checks").mkdir(parents=True)
    with Gate(ROOT / "expectations", folder / "checks", Here(*only)) as gate:
        hand_over(study, inputs, gate)
        return tables.canonical(VALIDATION, gate.findings(), "validation")


def warned(validation: pd.DataFrame) -> dict[str, str]:
    failed = validation[validation["rows_unexpected"] > 0]
    assert set(failed["severity"]) <= {"warning"}
    return dict(zip(failed["suite"], failed["examples"], strict=True))


def project_of(place: Little, root: Path) -> Project:
    study = place.write(root)
    for name in ("expectations", "requirements.lock"):
        (root / name).symlink_to(ROOT / name)
    return Project(root, study)


def pulled(project: Project, *, days: int = 0) -> pulling.Pulled:
    day = TODAY + dt.timedelta(days=days)
    return pulling.pull(project, today=day, checker=Here("coverage", "change"))


def one_window(row: Row) -> bool:
    return row["Years"] == "2004-2008"


def jumping(row: Row) -> None:
    if row["Code"] == "E05098002" and row["Sex"] == "male" and str(row["Years"]) >= "2007":
        for name in ("Life", "Low", "High"):
            row[name] = float(str(row[name])) + 8


def test_a_run_and_a_pull_call_one_function() -> None:
    for module in (pipeline, pulling):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(inspect.getsource(module)))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "analyse" in called, module.__name__


def test_the_tables_of_a_verdict_are_handed_over_as_well_as_the_inputs(tmp_path: Path) -> None:
    study, inputs = Little().read(tmp_path / "place")
    here = Here()
    with Gate(ROOT / "expectations", tmp_path, here) as gate:
        analyse(study, inputs, TODAY.year, gate)
    assert {
        "area_reference",
        "life_expectancy",
        "population_deaths",
        "coverage",
        "change",
        "gap",
        "verdict",
        "trajectory",
        "sensitivity",
        "flip",
        "backtest",
        "selection",
    } == {Path(item["suite"]).stem for item in here.asked}


def test_a_published_figure_that_jumps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="E05098002") as caught:
        handed_over(Little().change("published.csv", jumping), tmp_path, "change")
    assert caught.value.where.startswith("change")


def test_a_published_window_without_an_area_is_refused(tmp_path: Path) -> None:
    place = Little()
    place.keep(
        "published.csv",
        lambda row: not (row["Code"] == "E05098003" and row["Years"] == "2009-2013"),
    )
    with pytest.raises(ValidationError, match="every area of the study has a row"):
        handed_over(place, tmp_path, "coverage")


@pytest.mark.parametrize("where", ["one window", "a jump", "an area lacking"])
def test_published_windows_never_stop_a_study_whose_own_tables_decide(
    tmp_path: Path, where: str
) -> None:
    place = Little(decides=True)
    if where == "one window":
        place.keep("published.csv", one_window)
    elif where == "a jump":
        place.change("published.csv", jumping)
    else:
        place.keep("published.csv", lambda row: row["Code"] != "E05098003" or not one_window(row))
    told = set(warned(handed_over(place, tmp_path, "coverage", "change")))
    assert told
    assert told <= {"coverage", "change"}


def test_sexes_exchanged_in_deaths_alone_are_refused(tmp_path: Path) -> None:
    def other(row: Row) -> None:
        row["Sex"] = {"female": "male", "male": "female"}[str(row["Sex"])]

    study, inputs = Little(decides=True).change("deaths.csv", other).read(tmp_path)
    with pytest.raises(ValidationError, match="men who outlive women"):
        require_sexes_of_computed(study, series(study, inputs).tables)


def test_an_area_that_the_study_leaves_out_is_a_warning_by_name(tmp_path: Path) -> None:
    place = Little(codes=("E05098001", "E05098002", "E05098003", "E05098004"))
    place.tables["totals.csv"].append(
        {"Code": "E05098005", "Area": "St Mary's", "Year": 2010, "People": 8000, "Died": 80}
    )
    validation = handed_over(place, tmp_path, "coverage")
    assert warned(validation) == {"areas": "E05098005 (St Mary's): no reason is given"}


@pytest.fixture
def other_study(tmp_path: Path) -> Project:
    """A folder in which somebody else's figures are pinned, under the ids that this study uses."""
    project = project_of(Little(), tmp_path)
    theirs = snapshots.load(project.raw, pulled(project).snapshot)
    items = [(pin, list(snapshots.read_objects(project.raw, pin))) for pin in theirs.pins]
    made = snapshots.write(
        project.raw, title="Another place", as_known_at=TODAY, items=items, study=""
    )
    for name in snapshots.ids(project.raw, "little-vale"):
        (project.raw / "snapshots" / name).rename(tmp_path / name)
    assert snapshots.ids(project.raw) == [made.id]
    return project


@pytest.mark.long
def test_a_first_pull_is_not_compared_with_what_others_pinned(other_study: Project) -> None:
    place = Little()
    place.change("published.csv", lambda row: row.update(Life=float(str(row["Life"])) + 0.5))
    place.write(other_study.root)
    made = pulled(other_study, days=1)
    assert made.new
    assert made.changes == ()


@pytest.mark.long
def test_a_later_pull_is_compared_with_the_study_s_own(tmp_path: Path) -> None:
    project = project_of(Little(), tmp_path)
    first = pulled(project)
    place = Little()
    place.change("published.csv", lambda row: row.update(Life=float(str(row["Life"])) + 0.5))
    place.write(tmp_path)
    made = pulled(project, days=1)
    assert made.snapshot != first.snapshot
    assert len(made.changes) == 80


def refused(project: Project) -> GapwatchError:
    with pytest.raises(GapwatchError) as caught:
        pulled(project)
    return caught.value


def test_a_pull_pins_nothing_that_a_run_would_refuse(tmp_path: Path) -> None:
    project = project_of(Little().change("published.csv", jumping), tmp_path)
    assert refused(project).where.startswith("change")
    assert snapshots.ids(project.raw) == []


def test_pinned_figures_that_no_snapshot_holds_are_all_told(tmp_path: Path) -> None:
    place = Little()
    head, *sources = place.text().split("[[sources]]")
    pinned = [
        f'\nid = "{name}"\ntable = "{table}"\nnext_expected = "none"\n'
        for name, table in (("one", "life_expectancy"), ("two", "population_deaths"))
    ]
    text = "[[sources]]".join([head, sources[0], *pinned])
    place.text = lambda: text  # type: ignore[method-assign]
    error = refused(project_of(place, tmp_path))
    assert isinstance(error, UsageError)
    assert error.where == "sources, one, two"
    assert 'kind = "file"' in error.remedy

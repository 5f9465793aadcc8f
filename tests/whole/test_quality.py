"""The gate: Great Expectations must really check, in the four ways it can pass without checking."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gapwatch import snapshots, study, tables
from gapwatch.contracts import AREA_REFERENCE, FINDINGS, TABLES, VALIDATION
from gapwatch.errors import ValidationError
from gapwatch.project import Project
from gapwatch.quality import views, worker
from gapwatch.quality.gate import Gate
from gapwatch.quality.suites import SuiteError, read_suite
from gapwatch.sources.inputs import load_inputs

pytestmark = pytest.mark.usefixtures("warm_worker")

Suite = list[dict[str, Any]]
# By name: the library takes seconds to import.
CALCULATOR = "great_expectations.validator.metrics_calculator.MetricsCalculator"
COUNTED = {
    "type": "expect_table_row_count_to_be_between",
    "kwargs": {"min_value": 1, "max_value": 100},
    "severity": "critical",
    "says": "there are areas",
}
IN_RANGE = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "imd2010_average_score", "min_value": 0, "max_value": 100},
    "severity": "critical",
    "says": "scores are 0 to 100",
}


@pytest.fixture(scope="module")
def inputs(shipped: Project) -> dict[str, pd.DataFrame]:
    loaded, _ = study.load(shipped.study_file)
    return load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)


def write(folder: Path, expectations: Suite) -> Path:
    path = folder / "area_reference.json"
    path.write_text(json.dumps({"table": "area_reference", "expectations": expectations}))
    return path


def check(folder: Path, expectations: Suite, frame: pd.DataFrame) -> list[Any]:
    """Run the real checks, in this process, on a table written as a run would write it."""
    table = folder / "area_reference.csv"
    table.write_bytes(tables.to_csv(AREA_REFERENCE, frame))
    kinds = {column.name: str(column.kind) for column in AREA_REFERENCE.columns}
    return worker.check(write(folder, expectations), table, kinds, list(AREA_REFERENCE.key))


def test_every_table_that_is_checked_has_a_suite_that_counts_rows(shipped: Project) -> None:
    suites = {path.stem for path in shipped.expectations.glob("*.json")}
    unsuited = {VALIDATION.name, *(table.name for table in FINDINGS)}
    assert suites == {table.name for table in TABLES.values()} - unsuited
    for path in shipped.expectations.glob("*.json"):
        assert len(read_suite(path)) >= 3


def test_an_unknown_type_of_expectation_is_refused_with_the_nearest_known(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    unknown = {**IN_RANGE, "type": "expect_column_values_to_be_betwixt"}
    with pytest.raises(SuiteError, match=r"did you mean expect_column_values_to_be_between"):
        check(tmp_path, [COUNTED, unknown], inputs["area_reference"])


def test_an_unknown_severity_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, [COUNTED, {**IN_RANGE, "severity": "crticial"}])
    with pytest.raises(SuiteError, match="severity critical or warning"):
        read_suite(path)


@pytest.mark.parametrize("expectations", [[], None, {}])
def test_an_empty_suite_is_refused(tmp_path: Path, expectations: Any) -> None:
    with pytest.raises(SuiteError, match="checks nothing"):
        read_suite(write(tmp_path, expectations))


def test_a_suite_that_counts_no_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="an empty table would pass"):
        read_suite(write(tmp_path, [IN_RANGE]))


UNKNOWN = {
    "type": "expect_colum_to_exist",
    "kwargs": {},
    "severity": "critical",
    "says": "there is one",
}


@pytest.mark.parametrize(
    ("content", "expected", "found"),
    [
        ('{"table": "cut", "expectations": []}', "at least one expectation", "an empty suite"),
        ("{}", "at least one expectation", "an empty suite"),
        (
            json.dumps({"expectations": [UNKNOWN]}),
            "a known type of expectation",
            "expect_colum_to_exist",
        ),
    ],
)
def test_a_suite_that_checks_nothing_stops_a_run_that_has_no_such_table(
    shipped: Project, tmp_path: Path, content: str, expected: str, found: str
) -> None:
    suites = tmp_path / "expectations"
    shutil.copytree(shipped.expectations, suites)
    (suites / "cut.json").write_text(content)
    with pytest.raises(ValidationError) as refused, Gate(suites, tmp_path):
        pytest.fail("the gate opened")
    assert refused.value.where.startswith("expectations/cut.json")
    assert expected in refused.value.expected
    assert found in refused.value.found


def test_an_empty_table_fails(tmp_path: Path, inputs: dict[str, pd.DataFrame]) -> None:
    results = check(tmp_path, [COUNTED, IN_RANGE], inputs["area_reference"].head(0))
    assert not results[0]["success"]
    assert results[0]["rows_unexpected"] > 0


def test_an_expectation_that_raises_is_not_taken_for_a_pass(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    absent = {**IN_RANGE, "kwargs": {"column": "no_such_column", "min_value": 0}}
    with pytest.raises(SuiteError, match="no_such_column"):
        check(tmp_path, [COUNTED, absent], inputs["area_reference"])


def test_wrong_arguments_of_an_expectation_are_refused(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    wrong = {**IN_RANGE, "kwargs": {"colum": "imd2010_average_score"}}
    with pytest.raises(SuiteError, match="arguments among"):
        check(tmp_path, [COUNTED, wrong], inputs["area_reference"])


HARM = "@pd.io.common.os.system('true') == 1"


@pytest.mark.parametrize(
    "changes",
    [
        {"kwargs": {"column": "area_code", "row_condition": HARM, "condition_parser": "pandas"}},
        {"kwargs": {"column": {"type": "pass_through", "pass_through_filter": HARM}}},
        {"kwargs": {"column": ["area_code", {"a": 1}]}},
        {"kwargs": [HARM]},
        {"type": "expect_column_values_to_be_valid_something"},
        {"type": {"a": 1}},
        {"says": {"a": 1}},
    ],
)
def test_a_suite_that_asks_for_more_than_plain_expectations_is_refused_before_anything_runs(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = tmp_path / "suite.json"
    path.write_text(json.dumps({"table": "t", "expectations": [COUNTED, {**IN_RANGE, **changes}]}))
    with pytest.raises(SuiteError):
        read_suite(path)


def test_as_many_expectations_are_evaluated_as_the_suite_holds(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    """The library drops a repeated expectation from a suite; here each is evaluated."""
    results = check(tmp_path, [COUNTED, IN_RANGE, IN_RANGE], inputs["area_reference"])
    assert len(results) == 3
    assert all(result["success"] for result in results)


def test_a_failing_row_is_named_by_its_key(tmp_path: Path, inputs: dict[str, pd.DataFrame]) -> None:
    strict = {**IN_RANGE, "kwargs": {**IN_RANGE["kwargs"], "max_value": 45}}
    results = check(tmp_path, [COUNTED, strict], inputs["area_reference"])
    assert results[1]["rows_unexpected"] == 1
    assert results[1]["examples"] == ["geography ward2011; area_code E05000642"]


def gate_findings(
    project: Project, workspace: Path, frame: pd.DataFrame, expectations: Suite
) -> pd.DataFrame:
    write(project.expectations, expectations)
    with Gate(project.expectations, workspace) as gate:
        gate.check(AREA_REFERENCE, frame)
        return gate.findings()


def test_a_critical_failure_stops_and_says_which_rows(
    project: Project, tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    strict = {**IN_RANGE, "kwargs": {**IN_RANGE["kwargs"], "max_value": 45}}
    with pytest.raises(ValidationError, match="E05000642") as caught:
        gate_findings(project, tmp_path, inputs["area_reference"], [COUNTED, strict])
    assert caught.value.expected == "scores are 0 to 100"


def test_a_warning_is_told_and_does_not_stop(
    project: Project, tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    strict = {**IN_RANGE, "kwargs": {**IN_RANGE["kwargs"], "max_value": 45}, "severity": "warning"}
    found = gate_findings(project, tmp_path, inputs["area_reference"], [COUNTED, strict])
    assert list(found["rows_unexpected"]) == [0, 1]
    assert "E05000642" in found["examples"].iloc[1]


def test_a_suite_that_is_not_there_stops(
    project: Project, tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    (project.expectations / "area_reference.json").unlink()
    with Gate(project.expectations, tmp_path) as gate:
        gate.check(AREA_REFERENCE, inputs["area_reference"])
        with pytest.raises(ValidationError, match=r"area_reference\.json"):
            gate.findings()


def test_a_checker_that_dies_stops_the_run(
    project: Project, tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    with Gate(project.expectations, tmp_path) as gate:
        gate.check(AREA_REFERENCE, inputs["area_reference"])
        process = gate._checker._process
        assert process is not None
        process.kill()
        with pytest.raises(ValidationError, match="the checker stopped"):
            gate.findings()


def without(rows: Callable[[pd.DataFrame], Any], inputs: dict[str, pd.DataFrame]) -> dict[str, Any]:
    frame = inputs["life_expectancy"]
    return {**inputs, "life_expectancy": frame[~rows(frame)]}


def test_coverage_names_an_area_that_is_missing_in_one_window(
    shipped: Project, inputs: dict[str, pd.DataFrame]
) -> None:
    loaded, _ = study.load(shipped.study_file)
    gone = without(
        lambda f: (
            (f["area_code"] == "E05000637") & (f["sex"] == "male") & (f["period_start"] == 2005)
        ),
        inputs,
    )
    found = views.coverage(loaded, gone)
    assert list(found.loc[found["areas_missing"] != "", "areas_missing"]) == ["E05000637"]


def test_coverage_sees_a_window_that_is_missing_as_a_whole(
    shipped: Project, inputs: dict[str, pd.DataFrame]
) -> None:
    loaded, _ = study.load(shipped.study_file)
    gone = without(lambda f: (f["period_start"] == 2005) & (f["geography"] == "ward2011"), inputs)
    found = views.coverage(loaded, gone)
    assert list(found.loc[found["areas_published"] == 0, "period_start"]) == [2005, 2005]


def test_change_is_never_taken_across_a_break(
    shipped: Project, inputs: dict[str, pd.DataFrame]
) -> None:
    loaded, _ = study.load(shipped.study_file)
    found = views.change(loaded, inputs)
    assert set(found["period_start"]) == {2000, 2001, *range(2003, 2011)}
    male = (found["area_code"] == "E05000637") & (found["sex"] == "male")
    row = found[male & (found["period_start"] == 2003)]
    assert row["change_years"].iloc[0] == pytest.approx(88.6 - 85.9, abs=1e-9)


def test_a_check_that_has_nothing_to_compare_is_not_checked(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    areas = inputs["area_reference"]
    half = areas.assign(imd2010_average_score=areas["imd2010_average_score"].where(areas.index > 4))
    none = areas.assign(imd2010_average_score=float("nan"))
    for frame, lacking in ((areas, 0), (half, 5), (none, len(areas))):
        found = check(tmp_path, [COUNTED, IN_RANGE], frame)[1]
        assert (found["rows_checked"], found["rows_not_checked"]) == (len(areas) - lacking, lacking)
    assert check(tmp_path, [COUNTED, IN_RANGE], none)[0]["rows_not_checked"] == 0


def test_what_was_not_checked_is_told_apart_from_what_held_and_what_failed() -> None:
    rows = [
        ("count_total", 1, "there are totals", "critical", "met", 20, 0, 0, ""),
        ("count_total", 7, "residents agree", "warning", "not checked", 0, 20, 0, ""),
        ("gap", 2, "gaps are small", "warning", "not met", 4, 0, 1, "measure a"),
    ]
    found = views.told(pd.DataFrame(rows, columns=list(VALIDATION.names)))
    assert [line.split(": ")[1] for line in found] == ["not met", "not checked"]
    assert "nothing to compare it with" in found[1]


def test_tables_that_are_asked_the_same_each_get_their_own_answer(
    tmp_path: Path, inputs: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    areas = inputs["area_reference"]
    high = areas.assign(imd2010_average_score=areas["imd2010_average_score"] + 100)
    frames = (areas, high, areas.head(0), areas.head(3), high.head(2), areas)
    suite = [COUNTED, IN_RANGE, {**IN_RANGE, "severity": "warning", "says": "again"}]
    monkeypatch.setattr(worker, "_plans", {})
    planned = [check(tmp_path, suite, frame) for frame in frames]
    # By what is asked: all of it, one that an empty table fails, the two that high scores fail.
    assert len(worker._plans) == 3
    graphs = [graph for found, _ in worker._plans.values() for graph in found]
    assert all(graph.graph._execution_engine is None for graph in graphs), "a table is held"
    for frame, found in zip(frames, planned, strict=True):
        worker._plans.clear()
        assert check(tmp_path, suite, frame) == found


def test_what_is_remembered_of_suites_is_bounded_and_a_fault_is_told_each_time(
    tmp_path: Path, inputs: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_plans", {})
    monkeypatch.setattr(worker, "_MOST_PLANS", 3)
    for most in range(50, 60):
        suite = [{**COUNTED, "kwargs": {"min_value": 1, "max_value": most}}]
        assert check(tmp_path, suite, inputs["area_reference"])[0]["success"]
        assert len(worker._plans) <= 3
    worker._plans.clear()
    absent = {**IN_RANGE, "kwargs": {"column": "no_such_column", "min_value": 0}}
    for _ in range(2):
        with pytest.raises(SuiteError, match="no_such_column"):
            check(tmp_path, [COUNTED, absent], inputs["area_reference"])


def test_a_configuration_is_made_once_while_a_suite_is_evaluated_and_anew_after_it() -> None:
    from great_expectations.expectations.expectation import Expectation

    usual = Expectation.configuration
    item = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "sex"}}
    one, other = (
        worker._implementation("gap.json", number, {**item, "severity": "critical"})
        for number in (1, 2)
    )
    with worker._configured_once():
        assert one.configuration is one.configuration
        assert one.configuration.meta != other.configuration.meta
    with pytest.raises(ZeroDivisionError), worker._configured_once():
        _ = 1 / 0
    assert Expectation.configuration is usual
    assert one.configuration is not one.configuration


def test_what_the_library_could_not_plan_is_told_each_time_and_not_remembered(
    tmp_path: Path, inputs: dict[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_plans", {})

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("nothing can be planned")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(f"{CALCULATOR}.build_metric_dependency_graph", refuse)
        for _ in range(2):
            with pytest.raises(SuiteError, match="nothing can be planned"):
                check(tmp_path, [COUNTED], inputs["area_reference"])
            assert worker._plans == {}
    assert check(tmp_path, [COUNTED], inputs["area_reference"])[0]["success"]

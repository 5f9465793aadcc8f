"""The database: generated from the contracts, and as strict as they are."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from gapwatch import snapshots, study, tables, warehouse
from gapwatch.contracts import LIFE_EXPECTANCY, TABLES
from gapwatch.errors import ValidationError
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs


@pytest.fixture(scope="module")
def inputs(shipped: Project) -> dict[str, pd.DataFrame]:
    loaded, _ = study.load(shipped.study_file)
    return load_inputs(shipped.raw, snapshots.load(shipped.raw), loaded)


def test_every_table_of_the_contracts_can_be_made(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as database:
        for table in TABLES.values():
            database.execute(warehouse.ddl(table))
        made = {row[0] for row in database.execute("SHOW TABLES").fetchall()}
    assert made == set(TABLES)


def test_what_goes_into_the_database_comes_out(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    warehouse.build(tmp_path / "made.duckdb", inputs)
    with duckdb.connect(str(tmp_path / "made.duckdb"), read_only=True) as database:
        out = database.execute("SELECT * FROM life_expectancy").df()
    again = tables.canonical(LIFE_EXPECTANCY, out, "database")
    assert tables.to_csv(LIFE_EXPECTANCY, again) == tables.to_csv(
        LIFE_EXPECTANCY, inputs["life_expectancy"]
    )


def test_rows_that_break_a_rule_across_columns_are_named(inputs: dict[str, pd.DataFrame]) -> None:
    frame = inputs["life_expectancy"].copy()
    row = frame.index[(frame["area_code"] == "E05000630")][0]
    frame.loc[row, ["lower95_years", "upper95_years"]] = [90.0, 70.0]
    with pytest.raises(ValidationError) as caught:
        warehouse.check({"life_expectancy": frame})
    assert "value_in_interval" in caught.value.where
    assert "E05000630" in caught.value.found


def test_each_rule_is_told_with_its_own_rows_one_after_the_other(
    inputs: dict[str, pd.DataFrame],
) -> None:
    frame = inputs["life_expectancy"].copy()
    first, second, third = frame.index[:3]
    breaks = {
        "period_order": (first, {"period_start": frame.loc[first, "period_end"] + 1}),
        "value_in_interval": (second, {"life_expectancy_years": 500.0}),
        "limits_together": (third, {"upper95_years": float("nan")}),
    }
    whole = frame.copy()
    for row, changes in breaks.values():
        for name, value in changes.items():
            frame.loc[row, name] = value
    for rule, (row, _) in breaks.items():
        key = " ".join(str(frame.loc[row, name]) for name in LIFE_EXPECTANCY.key)
        with pytest.raises(ValidationError) as caught:
            warehouse.check({"life_expectancy": frame})
        assert caught.value.where == f"life_expectancy, rule {rule}"
        assert caught.value.found == f"1 rows that break it: {key}"
        frame.loc[row] = whole.loc[row]
    warehouse.check({"life_expectancy": frame})


def test_tables_are_added_all_or_none(tmp_path: Path, inputs: dict[str, pd.DataFrame]) -> None:
    path = tmp_path / "made.duckdb"
    warehouse.build(path, {"area_reference": inputs["area_reference"]})
    broken = inputs["life_expectancy"].copy()
    broken.loc[broken.index[0], "sex"] = "other"
    further = {"population_deaths": inputs["population_deaths"], "life_expectancy": broken}
    with pytest.raises(duckdb.ConstraintException):
        warehouse.add(path, further)
    with duckdb.connect(str(path), read_only=True) as database:
        assert database.execute("SHOW TABLES").fetchall() == [("area_reference",)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("sex", "other"), ("life_expectancy_years", 39.0), ("area_code", "x y"), ("area_name", None)],
)
def test_the_database_itself_refuses_what_the_contract_refuses(
    tmp_path: Path, inputs: dict[str, pd.DataFrame], column: str, value: object
) -> None:
    frame = inputs["life_expectancy"].head(3).copy()
    frame.loc[1, column] = value
    with pytest.raises(duckdb.ConstraintException):
        warehouse.build(tmp_path / "refused.duckdb", {"life_expectancy": frame})


def test_the_database_refuses_a_repeated_key(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    frame = pd.concat([inputs["life_expectancy"].head(2)] * 2)
    with pytest.raises(duckdb.ConstraintException):
        warehouse.build(tmp_path / "refused.duckdb", {"life_expectancy": frame})


def test_a_session_reads_the_files_that_it_is_told_of_and_no_other(tmp_path: Path) -> None:
    told, other = tmp_path / "told.csv", tmp_path / "other.csv"
    for path in (told, other):
        path.write_text("a\n1\n")
    with warehouse.session(
        tmp_path / "room.duckdb", threads=1, memory_bytes=100_000_000, files=[told]
    ) as room:
        assert room.columns(f"read_csv('{told}')", "told") == ["a"]
        for statement in (
            f"FROM read_csv('{other}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                room.run(statement)


def test_a_rule_that_a_restricted_table_breaks_names_and_counts_no_row(
    inputs: dict[str, pd.DataFrame],
) -> None:
    frame = inputs["life_expectancy"].copy()
    frame.loc[frame.index[0], "lower95_years"] = 119.0
    with pytest.raises(ValidationError) as caught:
        warehouse.check({"life_expectancy": frame}, {"life_expectancy"})
    assert str(frame["area_code"].iloc[0]) not in str(caught.value)
    assert "1 row" not in str(caught.value)
    assert "restricted" in caught.value.found


def test_tables_are_added_to_a_database_that_was_built_and_none_is_built_over(
    tmp_path: Path, inputs: dict[str, pd.DataFrame]
) -> None:
    path = tmp_path / "figures.duckdb"
    names = sorted(inputs)
    warehouse.build(path, {names[0]: inputs[names[0]]})
    warehouse.add(path, {names[1]: inputs[names[1]]})
    with duckdb.connect(str(path), read_only=True) as database:
        made = {row[0] for row in database.execute("SHOW TABLES").fetchall()}
    assert made == set(names[:2])
    with pytest.raises(ValueError, match="expected no file yet"):
        warehouse.build(path, {})

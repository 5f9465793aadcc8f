"""Reference pages are what the code gives, and tell every key, option and column."""

from __future__ import annotations

import pytest

from gapwatch.contracts import TABLES
from gapwatch.study import Study
from tests.conftest import ROOT
from tests.unit.test_supply_chain import script

FOLDER = ROOT / "docs" / "reference"


@pytest.mark.parametrize("name", ["cli.md", "study.md", "tables.md"])
def test_a_committed_page_is_what_the_code_gives(name: str) -> None:
    made = script("reference").made()[name]
    assert (FOLDER / name).read_text(encoding="utf-8") == made, "make reference"


def test_a_stale_page_is_named(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script("reference")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["reference.py"])
    assert module.main() == 0
    monkeypatch.setattr("sys.argv", ["reference.py", "--check"])
    assert module.main() == 0
    page = module.FOLDER / "study.md"
    page.write_text(page.read_text(encoding="utf-8").replace("0.8", "0.9"), encoding="utf-8")
    assert module.main() == 1
    assert capsys.readouterr().out.startswith("docs/reference/study.md")


def test_every_key_of_every_part_of_a_study_is_told_with_its_type() -> None:
    text = (FOLDER / "study.md").read_text(encoding="utf-8")
    schema = Study.model_json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert len(parts) > 20
    for part in parts:
        for key in part["properties"]:
            assert f"| `{key}` | " in text, key
    assert "$ref" not in text
    assert "| anything" not in text


def test_limits_defaults_and_requirement_are_those_of_the_model() -> None:
    text = (FOLDER / "study.md").read_text(encoding="utf-8")
    assert "| `deadline_year` | whole number, from 1801, to 2100 | required |" in text
    assert "| `on_track_probability` | number, above 0, below 1 | `0.8` |" in text
    assert '| `sex` | one of `"female"`, `"male"`, `"persons"` | required |' in text


def test_every_column_of_every_table_is_told() -> None:
    text = (FOLDER / "tables.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        section = text.split(f"\n### {table.name}\n")[1].split("\n### ")[0]
        for column in table.columns:
            assert f"| `{column.name}`" in section
            assert column.meaning.split("|")[0][:40] in section

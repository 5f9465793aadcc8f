"""A study that brings its publishers' answers: what is served, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.west_side import FOLDER, answers

from gapwatch import study as study_file
from gapwatch.demo.rehearsal import RehearsingClient
from gapwatch.demo.replica import Replica
from gapwatch.demo.replica.files import brought
from gapwatch.errors import GapwatchError, SourceError, StudyError, UsageError
from gapwatch.study import Study

STUDY = ROOT / "studies" / "west-side" / "gapwatch.toml"


@pytest.fixture(scope="module")
def study() -> Study:
    return study_file.load(STUDY)[0]


def test_the_answers_are_those_that_are_invented_here() -> None:
    held = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
    assert held == dict(answers())


def test_nothing_in_the_code_knows_the_place() -> None:
    known = re.compile(r"chicago|garfield|lawndale|1714000|metop|socrata|VRLE", re.IGNORECASE)
    files = [path for path in (ROOT / "src").rglob("*") if path.suffix in (".py", ".j2", ".typ")]
    assert len(files) > 500
    assert [path.name for path in files if known.search(path.read_text(encoding="utf-8"))] == []


def test_each_address_is_answered_by_its_file_and_no_other_is_asked(study: Study) -> None:
    found = brought(study, STUDY.parent, "no-change")
    with Replica(None, files=dict(found.values())) as replica:
        routes = {address: replica.files + name for address, (name, _) in found.items()}
        with RehearsingClient(routes) as client:
            for address, (_, content) in found.items():
                answer = client.get(address, expect="file")
                assert answer.content == content
                assert answer.address == address
            with pytest.raises(SourceError):
                client.get("https://data.cityofchicago.org/resource/other.json", expect="file")
        other = {"https://example.org/": replica.files}
        with RehearsingClient(other) as client, pytest.raises(GapwatchError):
            client.get("https://example.org/nothing.json", expect="file")


def test_scenarios_differ_where_they_should(study: Study) -> None:
    one, other = (brought(study, STUDY.parent, name) for name in ("halving", "no-change"))
    differing = [one[address][0] for address in one if one[address] != other[address]]
    assert differing == ["atlas-life-expectancy.json"]
    rows = json.loads(one[study.sources[0].address][1])["results"]  # type: ignore[union-attr]
    assert {row["g"] for row in rows} == {f"1714000-{number}" for number in range(1, 78)}


def test_a_scenario_that_the_study_does_not_bring_is_refused(study: Study) -> None:
    with pytest.raises(UsageError) as refused:
        brought(study, STUDY.parent, "widening")
    assert "halving, no-change" in refused.value.expected


def test_a_source_without_an_answer_is_refused_by_name(study: Study, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "replica")
    (tmp_path / "replica" / "hardship.json").unlink()
    with pytest.raises(StudyError) as refused:
        brought(study, tmp_path, "halving")
    assert refused.value.where == "sources, hardship"
    assert "replica/hardship.json" in refused.value.expected

"""Levelling down is never praised in anything that a release gives: files, site, kit, commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from gapwatch import alerting
from gapwatch.audit.verify import read_manifest
from gapwatch.codes import GOOD_VERDICTS, LEVELLING_DOWN
from gapwatch.demo.twin.scenarios import SCENARIOS
from gapwatch.project import Project
from tests import claims
from tests.command import contents, gapwatch
from tests.e2e.conftest import Once
from tests.e2e.scenarios import shown

pytestmark = pytest.mark.long


def asked(project: Project, *command: str) -> Any:
    done = gapwatch(project, *command, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_string_of_a_scenario_goes_by_the_label_of_its_verdict(name: str, once: Once) -> None:
    project, said = shown(name, once)
    label = SCENARIOS[name].label
    assert said["label"] == label
    release = Path(said["path"])
    assert read_manifest(release).answer.called == label
    with (release / "data" / "verdict.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["is_primary"] == "true"]
    assert label in {row["label"] for row in rows}
    levels = {row["sex"] for row in rows if row["levels_down"] == "true"}
    for table in ("sensitivity", "flip"):
        with (release / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
            tried = [row for row in csv.DictReader(lines) if row["measure"] == rows[0]["measure"]]
        same = [row for row in tried if not row.get("choice_arguments", "").startswith("measure=")]
        assert {row["sex"] for row in same if row["by_numbers_label"] == LEVELLING_DOWN} <= levels
        for row in same:
            assert row["sex"] not in levels or row["by_numbers_label"] not in GOOD_VERDICTS
    files = contents(project.reports)
    told = {path: claims.of(path, content) for path, content in files.items()}
    kinds = {path.rpartition(".")[2] for path, texts in told.items() if texts}
    assert {"html", "pdf", "xml", "docx", "pptx", "xlsx", "json"} <= kinds
    commands = [said, asked(project, "status"), asked(project, "releases")]
    told["commands"] = list(claims.answer(commands))
    for command in ("status", "releases"):
        told[command] = gapwatch(project, command).stdout.splitlines()
    alerts = alerting.success(name, read_said(said), before="too early to tell", new=("deaths",))
    told["alerts"] = list(claims.answer([alert.as_json() for alert in alerts]))
    assert {status["label"] for status in commands[:2]} == {label}
    if levels == {"female", "male"}:
        assert {path: found for path, texts in told.items() if (found := claims.bare(texts))} == {}
    named = [path for path, texts in told.items() if any(LEVELLING_DOWN in t for t in texts)]
    assert bool(levels) == any(path.endswith("index.html") for path in named)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_message_of_a_scenario_is_the_one_that_was_written_by_hand(
    name: str, once: Once
) -> None:
    project, said = shown(name, once)
    assert claims.plain(said["message"]) == claims.golden(name)
    answer = read_manifest(Path(said["path"])).answer
    assert answer.message is not None
    assert answer.message.model_dump() == said["message"] == asked(project, "status")["message"]
    page = " ".join(claims.of("report.html", (Path(said["path"]) / "report.html").read_bytes()))
    for line in answer.lines:
        assert line in page
    alerts = alerting.success(name, read_said(said), before="none", new=())
    assert all(line in alerts[0].text for line in answer.lines)


def read_said(said: dict[str, Any]) -> Any:
    return type("Said", (), said)()

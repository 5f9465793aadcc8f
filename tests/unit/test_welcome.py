"""What a newcomer, a forge and a citing paper read: whole, of the right form, and true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_config

from tests.conftest import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_citation_has_every_required_key_and_says_what_the_package_says() -> None:
    found = read(ROOT / "CITATION.cff")
    # Required by the schema of Citation File Format 1.2.0.
    assert {"authors", "cff-version", "message", "title"} <= found.keys()
    known = {"abstract", "keywords", "license", "type", "version"}
    assert found.keys() <= {"authors", "cff-version", "message", "title"} | known
    assert found["cff-version"] == "1.2.0"
    assert found["type"] == "software"
    assert all(author.keys() == {"name"} and author["name"] for author in found["authors"])
    assert (found["title"], found["version"]) == (PROJECT["name"], PROJECT["version"])
    assert found["license"] == PROJECT["license"]
    assert found["abstract"] == PROJECT["description"]
    assert "Copyright (c) 2026 the gapwatch contributors" in (ROOT / "LICENSE").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("path", [p for p in FORMS if p.stem != "config"], ids=lambda p: p.stem)
def test_a_form_has_what_forges_require(path: Path) -> None:
    form = read(path)
    assert form.keys() <= {"name", "description", "title", "labels", "body"}
    assert form["name"]
    assert form["description"]
    asking = [part for part in form["body"] if part["type"] != "markdown"]
    assert asking
    ids = [part["id"] for part in asking]
    assert len(set(ids)) == len(ids)
    for part in form["body"]:
        assert part["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"}
        attributes = part["attributes"]
        assert attributes["value" if part["type"] == "markdown" else "label"]
    assert any(part.get("validations", {}).get("required") for part in asking)


def test_there_are_forms_for_figures_bugs_and_proposals_and_a_template_for_changes() -> None:
    assert [path.stem for path in FORMS] == ["bug", "config", "figure", "proposal"]
    template = (ROOT / ".github" / "PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8")
    assert template.count("- [ ]") >= 4


def test_commit_hooks_run_from_the_projects_environment_and_fetch_nothing() -> None:
    config = load_config(str(ROOT / ".pre-commit-config.yaml"))
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["id"] for hook in hooks} >= {"ruff-check", "ruff-format", "mypy", "lint-imports"}
    for hook in hooks:
        # The words of older and newer versions of pre-commit for what is installed already.
        assert hook["language"] in {"system", "unsupported"}
        assert not hook["additional_dependencies"]
        assert hook["entry"].startswith(".venv/bin/")
    lint = MAKEFILE.split("\nlint:")[1].split("\n\n")[0]
    for command in re.findall(r"\$\(BIN\)/(\S+)", lint):
        assert any(hook["entry"].split()[0] == f".venv/bin/{command}" for hook in hooks)


def test_what_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M))
    assert {"preview", "lint", "test", "docs", "coverage", "lock"} <= named <= targets
    rooms = [row.split("|")[2] for row in text.splitlines() if row.startswith("| ")][1:]
    folders = {name for cell in rooms for name in re.findall(r"`([a-z_/]+/)", cell)}
    assert len(folders) > 12
    for folder in folders:
        assert (ROOT / "src" / "gapwatch" / folder).is_dir() or (ROOT / folder).is_dir(), folder


@pytest.mark.parametrize(
    ("target", "needs"),
    [
        ("report", "$(INSTALLED)"),
        ("preview", "$(INSTALLED)"),
        ("audit", "$(INSTALLED)"),
        ("lint", "$(DEVELOPING)"),
        ("test-unit", "$(DEVELOPING)"),
        ("coverage", "$(DEVELOPING)"),
        ("reference", "$(DEVELOPING)"),
    ],
)
def test_each_command_installs_what_it_needs_and_a_report_no_more(target: str, needs: str) -> None:
    line = re.search(rf"^{target}: (.*?) ##", MAKEFILE, re.M)
    assert line
    assert line[1] == needs
    rule = MAKEFILE.split("\n$(INSTALLED):")[1].split("\n\n")[0]
    assert "requirements-dev" not in rule
    assert "-r requirements.lock" in rule

"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gapwatch.cli import app
from gapwatch.errors import GapwatchError
from gapwatch.sources import sanity
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
METHODS = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_every_command_is_in_the_reference_and_hidden_ones_are_in_contributing() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    hidden = {command.callback.__name__ for command in app.registered_commands if command.hidden}
    for group in app.registered_groups:
        inside = group.typer_instance.registered_commands
        names += [group.name, *(f"{group.name} {one.callback.__name__}" for one in inside)]
    assert len(names) >= 6
    for name in names:
        assert (f"## gapwatch {name}\n" in COMMANDS) is (name not in hidden)
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert all(f"make {name}" in contributing for name in hidden)


def test_every_exit_code_is_in_the_reference() -> None:
    for kind in GapwatchError.__subclasses__():
        assert re.search(rf"\b{kind.exit_code} \w+", COMMANDS.split("Exit codes:")[1])


def test_every_part_of_the_code_has_a_row_in_contributing() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## See it")[0]
    parts = {path.parent.name for path in (ROOT / "src" / "gapwatch").glob("*/__init__.py")}
    assert len(parts) > 15
    assert {part for part in parts if f"`{part}/" not in told} == set()


def test_the_tutorial_shows_the_lines_with_which_a_run_ends() -> None:
    code = (ROOT / "src" / "gapwatch" / "cli" / "making.py").read_text(encoding="utf-8")
    ending = code.split("def pull(")[0].split("    if kit:")[0]
    told = (ROOT / "docs" / "tutorial" / "first-report.md").read_text(encoding="utf-8")
    shown = told.split("```console\n")[1].split("```")[0].splitlines()
    labels = re.findall(r'typer\.echo\(f"([A-Z][a-z]+: +|  +)', ending)
    assert len(labels) == len(shown) >= 4
    assert all(line.startswith(label) for line, label in zip(shown, labels, strict=True))


def test_men_ahead_of_women_are_named_from_as_many_standard_errors_as_the_methods_say() -> None:
    words = {2.0: "two", 2.5: "two and a half", 3.0: "three"}
    assert f"men outlive women by {words[sanity._OUTLIVED]} standard errors" in METHODS


def test_the_readme_stays_a_welcome() -> None:
    assert 550 <= len(README.split()) <= 800
    for command in ("make report", "make test"):
        assert command in README
    assert README.count("![") == 1


@pytest.mark.parametrize(
    "code",
    [
        "S01",
        "S02",
        "S03",
        "S04",
        "S05",
        "S06",
        "S07",
        "G01",
        "G02",
        "G03",
        "Q01",
        "Q02",
        "Q03",
        "Q04",
        "V01",
        "V02",
        "V03",
        "V04",
        "V05",
        "V06",
        "V07",
        "V08",
        *(f"P0{number}" for number in range(1, 10)),
    ],
)
def test_every_code_is_explained_in_the_methods(code: str) -> None:
    assert re.search(rf"\b{code}\b", METHODS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (document.parent / target).exists(), target
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for anchor in re.findall(r"\]\(#([^)]*)\)", text):
        assert anchor in anchors


def test_nothing_committed_names_a_machine() -> None:
    pattern = re.compile(r"/(?:home|root|tmp|Users)/\w")
    for folder in ("src", "flows", "docs", "expectations"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".json", ".toml", ".j2", ".typ"}:
                assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_modules_stay_under_three_hundred_and_fifty_lines() -> None:
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path


def test_no_line_is_kept_from_the_formatter() -> None:
    """A line that the formatter leaves alone can hide a module's true length."""
    pattern = re.compile(r"#\s*(?:fmt:\s*(?:skip|off)|yapf:\s*disable)")
    for folder in ("src", "flows", "tests", "bench", ".ci"):
        modules = sorted((ROOT / folder).rglob("*.py"))
        assert modules, folder
        for path in modules:
            assert not pattern.search(path.read_text(encoding="utf-8")), path


OPERATIONS = ROOT / "docs" / "operations"
STARTING = [
    block
    for document in DOCUMENTS
    for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    if "prefect server start" in block
]


def test_every_way_to_start_a_server_has_no_telemetry_a_password_and_loopback() -> None:
    assert STARTING
    for block in STARTING:
        assert "PREFECT_SERVER_ANALYTICS_ENABLED=false" in block
        assert block.count("DO_NOT_TRACK=1") == 2  # the server's terminal and ours
        assert "PREFECT_SERVER_API_AUTH_STRING=" in block
        assert "--host 127.0.0.1" in block
    server = (OPERATIONS / "server.env").read_text(encoding="utf-8")
    for line in ("PREFECT_SERVER_ANALYTICS_ENABLED=false", "DO_NOT_TRACK=1"):
        assert line in server
        assert line in (OPERATIONS / "serve.env").read_text(encoding="utf-8")
        assert line in (OPERATIONS / "Dockerfile").read_text(encoding="utf-8")
    assert "PREFECT_SERVER_API_AUTH_STRING=" in server
    unit = (OPERATIONS / "gapwatch-server.service").read_text(encoding="utf-8")
    assert "--host 127.0.0.1" in unit
    compose = (OPERATIONS / "compose.yaml").read_text(encoding="utf-8")
    assert 'ports: ["127.0.0.1:4200:4200"]' in compose
    assert "read_only: true" in compose


def test_the_commands_of_the_units_and_containers_exist() -> None:
    names = {command.callback.__name__ for command in app.registered_commands}
    for path in OPERATIONS.iterdir():
        text = path.read_text(encoding="utf-8")
        called = re.findall(r"ExecStart=\S+/gapwatch (\w+)|command: \[gapwatch, (\w+)", text)
        assert {one or other for one, other in called} <= names

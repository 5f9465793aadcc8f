"""Examples of the documents are run where that is cheap, and read by the command line where not."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from gapwatch.cli import app
from gapwatch.project import Project
from tests.conftest import ROOT

RUN = "<!-- test: run -->"
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(
    r"^(?P<mark><!-- test: \w+ -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```", re.M | re.S
)


class Example(NamedTuple):
    """A block of a document: what it is in, its kind and text, and whether it says to be run."""

    document: Path
    kind: str
    text: str
    marked: bool

    def __str__(self) -> str:
        return f"{self.document.name}: {self.text.splitlines()[0][:40]}"


def examples(*kinds: str) -> list[Example]:
    found = [
        Example(path, match["kind"], match["text"], match["mark"] is not None)
        for path in DOCUMENTS
        for match in _BLOCK.finditer(path.read_text(encoding="utf-8"))
    ]
    return [example for example in found if example.kind in kinds]


def lines_of(example: Example) -> Iterator[str]:
    """Command lines of gapwatch in a block, without prompts, variables and comments."""
    for line in example.text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\|", line.removeprefix("$ ")):
            words = shlex.split(part, comments=True) if "gapwatch" in part else []
            if words and Path(words[0]).name == "gapwatch":
                yield shlex.join(words[1:])


COMMANDS = [line for example in examples("sh", "console") for line in lines_of(example)]


@cache
def whole() -> Any:
    """The command line, which takes long to be put together."""
    return typer.main.get_command(app)


@pytest.mark.parametrize("line", sorted(set(COMMANDS)))
def test_every_command_of_the_documents_is_one_that_gapwatch_takes(line: str) -> None:
    words, command = shlex.split(line), whole()
    context: Any = None
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    context = command.make_context("gapwatch", words)
    assert context.params is not None
    assert not hasattr(command, "commands") or not words


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [("verify", ["--no-such-option"], "no such option"), ("replay", [], "missing parameter")],
)
def test_a_command_that_gapwatch_does_not_take_would_be_found(
    command: str, words: list[str], told: str
) -> None:
    with pytest.raises(Exception, match=f"(?i){told}"):
        whole().commands[command].make_context("gapwatch", words)


@pytest.mark.parametrize("example", [e for e in examples("console") if e.marked], ids=str)
def test_a_session_prints_what_the_document_says(
    example: Example, shipped: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shipped.root)
    monkeypatch.setenv("COLUMNS", "110")
    command, *told = example.text.splitlines()
    done = CliRunner().invoke(app, ["--quiet", *shlex.split(command.removeprefix("$ gapwatch "))])
    assert done.exit_code == 0, done.output
    # "..." stands for any text of a line, and on a line of its own for any lines.
    pattern = "\n".join("(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in told)
    pattern = pattern.replace(re.escape("..."), ".*")
    printed = "\n".join(line.rstrip() for line in done.stdout.rstrip().splitlines())
    assert re.fullmatch(pattern, printed), printed


def test_sessions_are_run() -> None:
    assert sum(example.marked for example in examples("console")) >= 3


@pytest.mark.parametrize(
    "example", [e for e in examples("python") if e.document.name == "python.md"], ids=str
)
def test_python_prints_what_its_comments_say(
    example: Example, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(example.text, example.document.name, "exec"), {})  # noqa: S102 - our own document
    printed = capsys.readouterr().out.splitlines()
    told = [m[1] for m in re.finditer(r"print\(.*\)  # (\d.*)$", example.text, re.M)]
    assert told == ["80.17 (79.88 to 80.46)"]
    assert printed[0] == told[0]


@pytest.mark.parametrize("example", examples("toml"), ids=str)
def test_a_piece_of_a_study_is_toml(example: Example) -> None:
    assert tomllib.loads(example.text)

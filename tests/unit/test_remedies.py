"""Every remedy can be followed: the commands, options and keys that it names are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

import gapwatch
from gapwatch.cli import app
from gapwatch.contracts import TABLES
from gapwatch.contracts.boroughs import BLOCK_LOOKUP
from gapwatch.sources.declared.cells import PSEUDO
from gapwatch.study import Study

SOURCE = Path(gapwatch.__file__).parent
# Which commands reach a module whose remedies name an option by itself.
COMMANDS = {
    "cli/fleets.py": ("fleet",),
    "counting/national/boroughs.py": ("boroughs",),
    "counting/national/complete.py": ("boroughs",),
    "site/laying.py": ("site",),
    "sources/connecting.py": ("pull",),
    "demo/rehearsal.py": ("demo",),
    "demo/twin/folder.py": ("demo",),
    "own_code.py": ("replay",),
    "pruning.py": ("prune",),
    "starting/country.py": ("boroughs",),
    "starting/project.py": ("init",),
    "project.py": ("run", "pull", "gap", "status", "serve", "verify", "replay", "bundle", "diff"),
    "publishing.py": ("run",),
    "replaying.py": ("verify",),
    "snapshots/objects.py": ("bundle",),
    "snapshots/store.py": ("run", "gap", "status", "pull", "verify"),
    "study/loading.py": ("run", "pull", "gap", "status", "serve"),
}
# What remedies name beside keys of a study: files, programs, variables of a shell.
OTHER = {"gapwatch.toml", "gapwatch.quality", "quality.worker", "manifest.json", "chmod", "typst"}
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
_QUOTED = re.compile(r"`gapwatch ([a-z]+)((?: [a-z]+)?)((?: --[a-z-]+)*)[^`]*`")
# Options of other programs.
_OTHERS = re.compile(r"git -C .*|pyftsubset .*")
_KEY = re.compile(r"(?<![\w./`-])[a-z]+(?:_[a-z]+)+(?![\w/])|(?<![\w./-])[a-z]+\.[a-z_]+(?!\w)")


# Functions that raise an error, and which of their arguments is its remedy.
RAISING = {"refuse": 3, "_refuse": 3, "refuse_plainly": 3, "break_contract": 3, "_wrong": 4}


def texts() -> Iterator[tuple[str, int, str]]:
    """File, line and words of every remedy that the code gives; what is filled in stands as {}."""
    for path in sorted(SOURCE.rglob("*.py")):
        file, code = path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")
        if not any(name in code for name in ("remedy", *RAISING)):
            continue
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.keyword) and node.arg == "remedy":
                yield file, node.value.lineno, words(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for remedy in node.args[RAISING.get(node.func.id, 99) :][:1]:
                    yield file, remedy.lineno, words(remedy)


def words(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            "{}" if isinstance(part, ast.FormattedValue) else words(part) for part in node.values
        )
    return " ".join(words(child) for child in ast.iter_child_nodes(node))


@cache
def options() -> dict[str, set[str]]:
    """Options of every command, by its name; of a group's commands by both names."""

    def of(command: Any) -> set[str]:
        return {option for parameter in command.params for option in parameter.opts}

    found = {}
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        found[name] = of(command)
        for inner, below in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = of(below)
    return found


def keys(model: type[BaseModel], seen: set[type] | None = None) -> set[str]:
    """Names of the keys of a study, of every part of it."""
    seen = set() if seen is None else seen
    found: set[str] = set()
    if model in seen:
        return found
    seen.add(model)
    for name, field in model.model_fields.items():
        found.add(name)
        for part in _models(field.annotation):
            found |= keys(part, seen)
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


REMEDIES = list(texts())
FOLLOWED = [item for item in REMEDIES if _OPTION.search(item[2]) or "`gapwatch" in item[2]]
KEYED = [item for item in REMEDIES if _KEY.search(re.sub(r"`[^`]*`", "", item[2]))]


def test_the_walk_meets_the_remedies_that_name_something() -> None:
    assert len(REMEDIES) > 180
    assert len(FOLLOWED) >= 12
    assert len(KEYED) >= 9


@pytest.mark.parametrize(("file", "line", "text"), FOLLOWED)
def test_options_that_a_remedy_names_are_the_command_s(file: str, line: int, text: str) -> None:
    known = options()
    for command, inner, named in _QUOTED.findall(text):
        name = command + inner if command + inner in known else command
        assert name in known, f"{file}:{line}"
        assert set(named.split()) <= known[name], f"{file}:{line}"
    for option in _OPTION.findall(_OTHERS.sub("", _QUOTED.sub("", text))):
        assert file in COMMANDS, f"{file}:{line} names {option}: say here which commands reach it"
        for command in COMMANDS[file]:
            assert option in known[command], f"{file}:{line}: {command} has no {option}"


@pytest.mark.parametrize(("file", "line", "text"), KEYED)
def test_keys_that_a_remedy_names_are_known(file: str, line: int, text: str) -> None:
    columns = {name for table in (*TABLES.values(), BLOCK_LOOKUP) for name in table.names}
    known = keys(Study) | columns | set(TABLES) | set(PSEUDO)
    for found in _KEY.findall(re.sub(r"`[^`]*`", "", text)):
        if found not in OTHER:
            assert set(found.split(".")) <= known, f"{file}:{line} names {found}"

"""Every place in the code that refuses counts or a study, by what it expects."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gapwatch

SOURCE = Path(gapwatch.__file__).parent
PACKAGES = ("counting", "study")
# What is raised, and which of its arguments says what was expected.
RAISED = {"ValidationError": 1, "StudyError": 1, "UsageError": 1, "UnfitError": 0}
_OF_FILE = {
    "counting": {"_refuse": 1},
    "study": {"_wrong": 2},
    "counting/national/rows.py": {"refuse": 1},
    "counting/national/places.py": {"_refuse": 2},
}


def places() -> set[tuple[str, str]]:
    """File and words of what is expected, for every refusal; what is filled in stands as {}."""
    return {found for package in PACKAGES for found in _of_package(package)}


def _of_package(package: str) -> Iterator[tuple[str, str]]:
    for path in sorted((SOURCE / package).rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        raised = RAISED | _OF_FILE[package] | _OF_FILE.get(file, {})
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = raised.get(node.func.id)
                if at is not None:
                    yield from _expected(file, node, at)
            if isinstance(node, ast.AnnAssign | ast.Assign) and _is_rules(node):
                assert isinstance(node.value, ast.Tuple)
                for rule in node.value.elts:
                    assert isinstance(rule, ast.Tuple)
                    yield file, words(rule.elts[1])


def _is_rules(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether these are rules of the form (broken, expected, found)."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return (
        isinstance(target, ast.Name)
        and target.id == "rules"
        and isinstance(node.value, ast.Tuple)
        and all(isinstance(rule, ast.Tuple) and len(rule.elts) == 3 for rule in node.value.elts)
    )


def _expected(file: str, call: ast.Call, at: int) -> Iterator[tuple[str, str]]:
    named = [word.value for word in call.keywords if word.arg == "expected"]
    told = named or call.args[at : at + 1]
    for node in told:
        # What is handed on from elsewhere is told of there.
        if not isinstance(node, ast.Name | ast.Attribute | ast.Starred):
            yield file, words(node)


def words(node: ast.AST) -> str:
    """A text of the code, what is filled in as {}; the first of two that a condition chooses."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            "{}" if isinstance(part, ast.FormattedValue) else words(part) for part in node.values
        )
    if isinstance(node, ast.BinOp):
        return words(node.left) + words(node.right)
    if isinstance(node, ast.IfExp):
        return words(node.body)
    return "{}"

"""Codes travel, English doesn't: what gap and counting find out is put in words by the report."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gapwatch import codes
from gapwatch.codes import Coded
from gapwatch.contracts import (
    AGE_CONTRIBUTION,
    BRIDGE,
    BRIDGE_SIDE,
    BRIDGED_GAP,
    COMPUTED_GAP,
    COMPUTED_LIFE_EXPECTANCY,
    COUNT_TOTAL,
    COUNTED_YEAR,
    COVERAGE,
    CUT,
    GAP_CHANGE,
    OUTPUTS,
    REPRODUCTION,
    SERIES_COMPARISON,
    Table,
)
from gapwatch.reporting.language import labels, reasons
from tests.conftest import ROOT

WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
SQL = re.compile(r"\b(SELECT|FROM|CAST|TRY_CAST|JOIN|GROUP BY|preserve_insertion_order)\b")
BRIDGED = (BRIDGE, BRIDGE_SIDE, BRIDGED_GAP)
COUNTED = (
    AGE_CONTRIBUTION,
    COMPUTED_GAP,
    COMPUTED_LIFE_EXPECTANCY,
    COUNT_TOTAL,
    COUNTED_YEAR,
    CUT,
    GAP_CHANGE,
    REPRODUCTION,
    SERIES_COMPARISON,
)
# Codes of more than one kind, or several in one cell; bands of ages; what a
# study or a publisher calls a place, a side or a base.
CODED = {"reason", "reason_code", "flags", "ages"}
NAMES = {
    "lowest_code",
    "lowest_name",
    "highest_code",
    "highest_name",
    "area_name",
    "base",
    "population_geography",
    "side",
    "zone",
    # A promise in the study's own words, and who made it.
    "promise",
    "made_by",
}
# What plausibility finds strange is quoted by a warning of the checks, as rows of a file are; it is
# said where it is found, with the figures that it is about.
REMARKS = "counting/plausibility"
# A command of its own, whose only table has codes alone; its texts are SQL and errors.
NATIONAL = "counting/national"
# Constants and variables that errors alone are made of, by module.
OF_ERRORS_ALONE = {
    "counting/bands.py": 2,
    "counting/deprivation.py": 4,
    "counting/disclosure/protect.py": 2,
    "counting/life_tables.py": 1,  # the origin that a broken contract is told with
    "gap/trend/publication.py": 1,
    "gap/trend/windows.py": 3,
}
# Names of arguments that an error's message is made of.
OF_ERRORS = {"expected", "found", "remedy", "where"}


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Text of three words or more that is no docstring, no error, no log line and no SQL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(part) for node in ast.walk(tree) for part in _apart(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            words = WORD.findall(text.replace("_", ""))
            if id(node) not in skipped and len(words) > 2 and " " in text and not SQL.search(text):
                yield node.lineno, text


def _apart(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif _of_an_error(node):
        yield from ast.walk(node)


def _of_an_error(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg in OF_ERRORS
    if isinstance(node, ast.Call):
        return _is_error(ast.unparse(node.func))
    return isinstance(node, (ast.Raise, ast.Assert))


def _is_error(called: str) -> bool:
    name = called.rpartition(".")[2]
    return name.endswith("Error") or name.lstrip("_").startswith("refus") or called[:4] == "log."


def modules() -> list[Path]:
    source = ROOT / "src/gapwatch"
    found = [*source.glob("gap/**/*.py"), *source.glob("counting/**/*.py")]
    return sorted(
        path for path in found if not any(apart in path.as_posix() for apart in (REMARKS, NATIONAL))
    )


def test_gap_and_counting_hold_no_sentence_that_reaches_a_table() -> None:
    found = {
        path.relative_to(ROOT / "src/gapwatch").as_posix(): list(sentences(path))
        for path in modules()
    }
    counted = {name: len(held) for name, held in found.items() if held}
    assert counted == OF_ERRORS_ALONE, {
        name: held for name, held in found.items() if len(held) != OF_ERRORS_ALONE.get(name, 0)
    }


def test_a_sentence_is_seen_where_it_would_reach_a_table(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""A docstring of many words."""\n'
        "def rows(year):\n"
        '    """Another one of many words."""\n'
        "    if not year:\n"
        '        raise ValueError("year: expected one, found none")\n'
        '    log.info("rows of %s are made", year)\n'
        '    return {"choice": f"without the year {year}", "code": "too_few_windows"}\n'
    )
    assert [line for line, _ in sentences(module)] == [7]


MADE = (*OUTPUTS[: OUTPUTS.index(COVERAGE)], *BRIDGED, *COUNTED)


@pytest.mark.parametrize("table", MADE, ids=lambda table: table.name)
def test_a_column_of_text_is_a_code_a_name_or_the_words_of_a_code(table: Table) -> None:
    free = [
        column.name
        for column in table.columns
        if column.kind == "text"
        and not (column.choices or column.pattern or column.words_of)
        and column.name not in CODED | NAMES
    ]
    assert free == []


@pytest.mark.parametrize("table", OUTPUTS, ids=lambda table: table.name)
def test_words_stand_beside_the_code_that_they_are_of(table: Table) -> None:
    for column in table.columns:
        if column.words_of:
            assert column.words_of in table.names
            assert column.name not in table.coded.names


def every(prefix: str) -> set[str]:
    """Reason and flag codes by their first letters, as the module of codes has them."""
    form = re.compile(rf"[{prefix}]\d\d")
    found = {value for value in vars(codes).values() if isinstance(value, str)}
    return {value for value in found if form.fullmatch(value)}


def test_every_code_of_a_figure_has_a_meaning_and_every_ground_a_clause() -> None:
    assert set(reasons.MEANINGS) == every("SGDCYQ")
    assert set(reasons.CLAUSES) == every("V")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (codes.BASES, labels.BASES),
        (codes.BRIDGED_BASES, labels.WEIGHTS),
        (codes.CLOSINGS, labels.CLOSINGS),
        (codes.CHOICES, labels._CHOICES),
    ],
)
def test_every_code_has_words(known: tuple[str, ...], said: dict[str, object]) -> None:
    assert set(known) == set(said)


def test_a_code_comes_back_from_its_two_columns() -> None:
    whole = Coded.of("without_window", first=2001, last=2005, year_ends="06-30", factor=1.15)
    assert whole.written == "first=2001 last=2005 year_ends=06-30 factor=1.15"
    assert Coded.read(whole.code, whole.written) == whole
    assert Coded.read("", "") == codes.NOTHING
    assert not codes.NOTHING
    with pytest.raises(ValueError, match="expected no spaces"):
        _ = Coded.of("x", verdict="on track").written
    with pytest.raises(ValueError, match="expected name=value, found 'first 2001'"):
        Coded.read("x", "first 2001")


OWN = ("initiatives", "listening", "priorities")


@pytest.mark.parametrize("package", OWN)
def test_a_family_of_tables_takes_codes_from_its_own_module_or_the_common_one(package: str) -> None:
    """Two families may give one code two meanings, as C01: neither may be read as the other's."""
    others = {f"gapwatch.{other}.codes" for other in OWN if other != package}
    for path in (ROOT / "src" / "gapwatch" / package).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                told = {f"{node.module}.{alias.name}" for alias in node.names}
                assert not ({node.module} | told) & others, path.name

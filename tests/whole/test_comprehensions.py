"""Names of comprehensions: none that its module has, which some releases of Python confuse.

Python 3.12.0 and 3.12.1 take a function for an unbound local variable where a comprehension beside
the call has a variable of its name.
"""

from __future__ import annotations

import ast

from tests.conftest import ROOT

MODULES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").glob("*.py")])


def own_names(module: ast.Module) -> set[str]:
    """What a module defines or imports."""
    names = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def shadowed(source: str) -> set[str]:
    """Names of a module that are variables of a comprehension inside one of its functions."""
    module = ast.parse(source)
    bound = {
        name.id
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for part in ast.walk(function)
        if isinstance(part, ast.comprehension)
        for name in ast.walk(part.target)
        if isinstance(name, ast.Name)
    }
    return bound & own_names(module)


def test_the_check_sees_one() -> None:
    told = "def page(): ...\ndef read(pages):\n    [page.role for page in pages]\n    page()\n"
    assert shadowed(told) == {"page"}


def test_no_comprehension_has_a_variable_of_a_name_of_its_module() -> None:
    found = {path.relative_to(ROOT): shadowed(path.read_text(encoding="utf-8")) for path in MODULES}
    assert {path: names for path, names in found.items() if names} == {}

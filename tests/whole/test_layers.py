"""Who opens a socket: two modules, and nobody by another name of the same library; who is apart.

The import contracts see `urllib` as a whole; here `urllib.parse`, which opens nothing, is told from
`urllib.request`, which does.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

OPENING = {
    "_socket",
    "aiohttp",
    "anyio",
    "asyncio",
    "asyncore",
    "ftplib",
    "http",
    "httpcore",
    "httpx",
    "imaplib",
    "multiprocessing",
    "nntplib",
    "poplib",
    "requests",
    "selectors",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "telnetlib",
    "urllib",
    "urllib3",
    "webbrowser",
    "websocket",
    "websockets",
    "wsgiref",
    "xmlrpc",
}
HARMLESS = {"urllib.parse"}
# Each module that may, and all that it may import.
ALLOWED = {
    # Pipes to its own processes on this machine; a manager, which would listen, is never asked for.
    "src/gapwatch/fleet/pool.py": {"multiprocessing"},
    "src/gapwatch/sources/http.py": {"httpx", "ssl"},
    "src/gapwatch/sources/connecting.py": {"httpcore", "socket"},
    "src/gapwatch/demo/replica/server.py": {"http.server", "socket"},
    # Runs Prefect's own runner, which is a coroutine; it opens nothing itself.
    "flows/keeping.py": {"asyncio"},
    # Puts off the import of a library that a suite of expectations needs.
    "src/gapwatch/quality/worker.py": {"import_module()"},
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of the modules that a module imports, wherever in it; names taken from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from urllib import request` opens as much as `import urllib.request` does.
            within = node.module in {"http", "urllib"}
            for alias in node.names:
                yield f"{node.module}.{alias.name}" if within else node.module
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            if isinstance(node.func, ast.Name):
                called = node.func.id
            if called in {"__import__", "import_module"}:
                yield f"{called}()"


def opening(text: str) -> set[str]:
    """Imports of a module's text that may open a socket, and imports by a name made at run time."""
    return {
        name
        for name in imported(ast.parse(text))
        if name.endswith("()") or (name.partition(".")[0] in OPENING and name not in HARMLESS)
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import urllib.request", {"urllib.request"}),
        ("from urllib import request, parse", {"urllib.request"}),
        ("from urllib.request import urlopen", {"urllib.request"}),
        ("import urllib", {"urllib"}),
        ("def f():\n    from http.client import HTTPSConnection", {"http.client"}),
        ("from http import client", {"http.client"}),
        ("import asyncio.streams as s", {"asyncio.streams"}),
        ("from socket import create_connection", {"socket"}),
        ("import importlib\nimportlib.import_module('so' + 'cket')", {"import_module()"}),
        ("__import__('socket')", {"__import__()"}),
        ("import urllib.parse\nfrom urllib.parse import urljoin\nfrom urllib import parse", set()),
        ("from gapwatch.sources.http import Client\nfrom . import http\nimport httptools", set()),
    ],
)
def test_an_import_that_may_open_a_socket_is_seen(text: str, found: set[str]) -> None:
    assert opening(text) == found


def test_only_the_modules_that_may_open_sockets_do() -> None:
    files = [path for part in ("src", "flows") for path in (ROOT / part).rglob("*.py")]
    assert len(files) > 100
    found = {
        path.relative_to(ROOT).as_posix(): names
        for path in files
        if (names := opening(path.read_text(encoding="utf-8")))
    }
    assert found == ALLOWED


def test_every_chapter_of_the_report_is_held_apart_from_the_others() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {one["id"]: one for one in project["tool"]["importlinter"]["contracts"]}
    held = {name.rpartition(".")[2] for name in contracts["chapters-apart"]["modules"]}
    chapters = ROOT / "src" / "gapwatch" / "reporting" / "chapters"
    there = {path.stem for path in chapters.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert held == there - {"__init__", "__pycache__"}

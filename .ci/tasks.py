"""The commands of the Makefile for machines without make, such as Windows:

    python .ci/tasks.py report
    python .ci/tasks.py test

It needs Python 3.11 or newer and nothing else: like make, it first installs what a command needs,
from the same locks. A test holds each command against the Makefile's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
INSTALLED, DEVELOPING = VENV / ".installed", VENV / ".developing"
PIP = ("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
TESTS = ("python", "-m", "pytest", "-n", "2")
SPREAD = ("--dist", "worksteal", "-m", "not long")
LINT = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-cache"),
)
REFERENCE = (("python", ".ci/reference.py"),)
# What makes a report needs the runtime's packages; everything else those of development too.
OF_RUNTIME: dict[str, tuple[tuple[str, ...], ...]] = {
    "report": (("gapwatch", "run"),),
    "preview": (("gapwatch", "-q", "preview"),),
    "wheel": (("python", "-m", "hatchling", "build", "--target", "wheel"),),
    "audit": (("python", ".ci/audit.py"),),
}
OF_DEVELOPMENT: dict[str, tuple[tuple[str, ...], ...]] = {
    "lint": LINT,
    "test": (*LINT, (*TESTS, *SPREAD)),
    "test-unit": ((*TESTS, *SPREAD, "tests/unit"),),
    "test-long": ((*TESTS, "-m", "long"),),
    "coverage": (
        (*TESTS, *SPREAD, "--cov", "--cov-report=term:skip-covered", "tests/unit", "tests/whole"),
    ),
    "format": (("ruff", "check", "--fix", "."), ("ruff", "format", ".")),
    "reference": REFERENCE,
    "docs": (*REFERENCE, ("mkdocs", "build", "--strict")),
    "bench": (("python", "-m", "pytest", "bench", "-o", "python_files=bench_*.py"),),
    "figures": (("python", "-m", "tests.record_figures"),),
    "platforms": (("python", ".ci/platforms.py"),),
}
TASKS = OF_RUNTIME | OF_DEVELOPMENT


def call(*words: str) -> None:
    """Run a program of the environment; whatever it ends with ends this too."""
    print(*words, flush=True)  # noqa: T201
    settings = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([str(BIN / words[0]), *words[1:]], cwd=ROOT, env=settings, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(done.returncode)


def is_older(made: Path, *sources: str) -> bool:
    """Whether a mark is missing, or older than what it was made from."""
    if not made.is_file():
        return True
    return made.stat().st_mtime < max((ROOT / name).stat().st_mtime for name in sources)


def install(*, developing: bool) -> None:
    """The locked packages of the runtime, and of development where they are asked for."""
    if is_older(INSTALLED, "requirements.lock", "pyproject.toml"):
        venv.create(VENV, clear=True, with_pip=True)
        call(*PIP, "--require-hashes", "-r", "requirements.lock")
        call(*PIP, "--no-build-isolation", "--editable", ".")
        INSTALLED.touch()
    if developing and (
        is_older(DEVELOPING, "requirements-dev.lock")
        or DEVELOPING.stat().st_mtime < INSTALLED.stat().st_mtime
    ):
        call(*PIP, "--require-hashes", "-r", "requirements-dev.lock")
        DEVELOPING.touch()


def main(words: list[str]) -> None:
    """Do the tasks that are named, one after the other."""
    unknown = [word for word in words if word not in TASKS]
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may have an older one
        sys.exit("gapwatch needs Python 3.11 or newer: install it, and start this with it")
    if unknown or not words:
        sys.exit(f"usage: python .ci/tasks.py TASK ...\ntasks: {', '.join(TASKS)}")
    for word in words:
        install(developing=word in OF_DEVELOPMENT)
        for command in TASKS[word]:
            call(*command)


if __name__ == "__main__":
    main(sys.argv[1:])

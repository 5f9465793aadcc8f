"""Releases of the invented places, each with its kit and what the command said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gapwatch.project import Project
from tests.command import gapwatch
from tests.conftest import ROOT
from tests.e2e.conftest import Once, project_in

HERE = Project(ROOT, ROOT / "gapwatch.toml")


def shown(name: str, once: Once) -> tuple[Project, dict[str, Any]]:
    """The project of a scenario, its release with a kit, and what `run --json` said."""

    def work(folder: Path) -> None:
        place = folder / "place"
        done = gapwatch(HERE, "-q", "demo", "--scenario", name, "--out", str(place), "--json")
        assert done.returncode == 0, done.stderr
        done = gapwatch(project_in(place), "run", "--kit", "--json")
        assert done.returncode == 0, done.stderr
        (folder / "said.json").write_text(done.stdout, encoding="utf-8")

    folder = once(f"labels-{name}", work)
    said = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    return project_in(folder / "place"), said

"""The shipped study, asking a replica of its publishers on this machine."""

from __future__ import annotations

import tomllib

from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.project import Project


def world_of(project: Project) -> World:
    """An invented borough on the areas of a project's study."""
    study = tomllib.loads(project.study_file.read_text(encoding="utf-8"))
    return World.make([Ward(**area) for area in study["geography"]["areas"]])


def ask_replica(project: Project, replica: Replica) -> None:
    """Point the study at the replica, which has other numbers of small areas than the borough."""
    text = project.study_file.read_text(encoding="utf-8")
    places = replica.world.places
    for real, invented in ((123, len(places.lsoas21)), (128, len(places.lsoas11))):
        assert f"expected_areas = {real}\n" in text
        text = text.replace(f"expected_areas = {real}\n", f"expected_areas = {invented}\n")
    addresses = "\n".join(f'{name} = "{base}"' for name, base in replica.publishers.items())
    project.study_file.write_text(f"{text}\n[publishers]\n{addresses}\n", encoding="utf-8")

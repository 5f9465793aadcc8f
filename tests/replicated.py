"""The shipped study, asking a replica of its publishers on this machine."""

from __future__ import annotations

import datetime as dt
import re
import tomllib

from gapwatch import pulling
from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.demo.replica.borough import borough
from gapwatch.project import Project
from gapwatch.sources.http import Client

ONS = "https://www.ons.gov.uk/"
GOV = ("https://www.gov.uk/", "https://assets.publishing.service.gov.uk/")
DAY = dt.date(2026, 12, 1)
PUBLISHERS = ("fingertips", "nomis", "portal", "ons")


def world_of(project: Project, *, publishes_wards: bool = False) -> World:
    """An invented borough on the areas of a project's study."""
    study = tomllib.loads(project.study_file.read_text(encoding="utf-8"))
    wards = [Ward(**area) for area in study["geography"]["areas"]]
    return borough(wards, publishes_wards=publishes_wards)


def bases(replica: Replica) -> dict[str, str]:
    """Where each of the four publishers is."""
    return {**replica.publishers, "ons": replica.ons}


def require_every_source(project: Project) -> None:
    """Let no source fail, not even one that the verdict can do without: each fault stops a pull."""
    text = project.study_file.read_text(encoding="utf-8").replace("required = false\n", "")
    kinds = r'(?m)^(kind = "(?:file|fingertips|nomis|portal)")$'
    project.study_file.write_text(re.sub(kinds, r"\1\nrequired = true", text), encoding="utf-8")


def ask_replica(project: Project, replica: Replica) -> None:
    """Point the study at the replica: nothing but the publishers' addresses is changed."""
    text = project.study_file.read_text(encoding="utf-8")
    assert text.count(ONS) == 2
    addresses = "\n".join(f'{name} = "{base}"' for name, base in replica.publishers.items())
    text = text.replace(ONS, replica.ons)
    for address in GOV:
        assert text.count(address) == 1
        text = text.replace(address, replica.gov)
    project.study_file.write_text(f"{text}\n[publishers]\n{addresses}\n", encoding="utf-8")


def ask_elsewhere(project: Project, replica: Replica, publisher: str, address: str) -> None:
    """Let the study look for one publisher at another address than the replica's."""
    text = project.study_file.read_text(encoding="utf-8")
    old = bases(replica)[publisher]
    assert text.count(old) == 1
    project.study_file.write_text(text.replace(old, address), encoding="utf-8")


def pull(project: Project, *, read: float = 20.0, **changed: bool) -> pulling.Pulled:
    """Pull with a client that tries twice, and waits `read` seconds for an answer."""
    with Client(allow_local=True, tries=2, back_off=0.01, connect=1.0, read=read) as client:
        return pulling.pull(project, today=DAY, client=client, **changed)

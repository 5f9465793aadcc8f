"""The shipped study, asking a replica of its publishers on this machine."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import tomllib

from gapwatch import pulling
from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.project import Project
from gapwatch.sources.http import Client

# What the replica lists of ONS. The real layout isn't verified, so the shipped study has no such
# source; this one is described as an analyst would describe it.
DEATHS = """
[[sources]]
id = "lsoa2011-deaths"
kind = "file"
required = true
table = "deaths"
next_expected = "Not announced."
title = "Deaths by lower-layer area of 2011, sex and age"
publisher = "Office for National Statistics"
attribution = "Source: Office for National Statistics."
landing_page = "{ons}deaths/adhocs/deathsbylsoa"
link = 'deathslsoa2019to[0-9]+[.]csv'
header = ["LSOA 2011 code", "Year of registration", "Sex", "Age group", "Deaths"]
constants = {{ geography = "lsoa2011" }}
units = {{ deaths_persons = "persons" }}

[sources.columns]
area_code = "LSOA 2011 code"
area_name = "LSOA 2011 code"
year = "Year of registration"
sex = "Sex"
age = "Age group"
deaths_persons = "Deaths"

# Each area by its code: one of another vintage has no place here.
[sources.values.area_code]
{codes}
"""
DAY = dt.date(2026, 12, 1)
PUBLISHERS = ("fingertips", "nomis", "portal", "ons")


def world_of(project: Project, *, publishes_wards: bool = False) -> World:
    """An invented borough on the areas of a project's study."""
    study = tomllib.loads(project.study_file.read_text(encoding="utf-8"))
    made = World.make([Ward(**area) for area in study["geography"]["areas"]])
    return dataclasses.replace(made, publishes_wards=publishes_wards)


def bases(replica: Replica) -> dict[str, str]:
    """Where each of the four publishers is."""
    return {**replica.publishers, "ons": replica.ons}


def ask_replica(project: Project, replica: Replica) -> None:
    """Point the study at the replica, which has other numbers of small areas than the borough."""
    text = project.study_file.read_text(encoding="utf-8")
    places = replica.world.places
    for real, invented in ((123, len(places.lsoas21)), (128, len(places.lsoas11))):
        assert f"expected_areas = {real}\n" in text
        text = text.replace(f"expected_areas = {real}\n", f"expected_areas = {invented}\n")
    codes = "\n".join(f'{lsoa.code} = "{lsoa.code}"' for lsoa in places.lsoas11)
    # Each fault is to stop the pull; what may fail is tried in test_pull_optional.
    text = re.sub(r'(?m)^(kind = "(?:fingertips|nomis|portal)")$', r"\1\nrequired = true", text)
    deaths = DEATHS.format(ons=replica.ons, codes=codes)
    addresses = "\n".join(f'{name} = "{base}"' for name, base in replica.publishers.items())
    project.study_file.write_text(f"{text}{deaths}\n[publishers]\n{addresses}\n", encoding="utf-8")


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

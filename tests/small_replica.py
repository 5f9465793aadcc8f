"""The shipped study on a small invented borough: quick to pull, with a source of every kind.

Faults of publishers, kills and schedules are about pulling, not about Westminster: here two years
of residents on 120 small areas come on one page, and deaths as one CSV behind a landing page. The
shipped study itself is pulled in test_shipped_study.
"""

from __future__ import annotations

import re
import tomllib

from gapwatch.demo.replica import Replica, Ward, World
from gapwatch.project import Project

# What an analyst would write for a file of ONS that the shipped study doesn't take.
DEATHS = """
[[sources]]
id = "lsoa2011-deaths"
kind = "file"
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
# What only the shipped study's own life tables and maps need.
LEFT_OUT = (
    "lsoa2011-deaths",
    "lsoa2021-deaths",
    "lsoa2011-to-borough",
    "lsoa2021-to-borough",
    "ward2024-boundaries",
    "ward2011-boundaries",
)


def small_world(project: Project, *, publishes_wards: bool = False) -> World:
    """An invented borough with the wards of a project's study, and small areas of its own."""
    study = tomllib.loads(project.study_file.read_text(encoding="utf-8"))
    wards = [Ward(**area) for area in study["geography"]["areas"]]
    return World.make(wards, publishes_wards=publishes_wards)


def ask_small_replica(project: Project, replica: Replica) -> None:
    """Have the study ask the replica, without own life tables and with fewer sources."""
    text = project.study_file.read_text(encoding="utf-8")
    places = replica.world.places
    text = _without(r"\[computed\]\n(?:.|\n)*?(?=\n\[simulation\])", text)
    text = without_live_figures(text)
    for source in LEFT_OUT:
        text = _without(rf'\[\[sources\]\]\nid = "{source}"\n(?:.+\n)+', text)
    text = _changed(r"(?m)^years = \[2011, .*\]$", "years = [2021, 2022]", text)
    for real, invented in ((123, len(places.lsoas21)), (128, len(places.lsoas11))):
        text = _changed(f"expected_areas = {real}\n", f"expected_areas = {invented}\n", text)
    codes = "\n".join(f'{lsoa.code} = "{lsoa.code}"' for lsoa in places.lsoas11)
    deaths = DEATHS.format(ons=replica.ons, codes=codes)
    addresses = "\n".join(f'{name} = "{base}"' for name, base in replica.publishers.items())
    project.study_file.write_text(f"{text}{deaths}\n[publishers]\n{addresses}\n", encoding="utf-8")


def without_live_figures(text: str) -> str:
    """A study without the sources of figures by area that a pull asks for, and what needs them."""
    told = tomllib.loads(text)
    live = [
        source["id"]
        for source in told["sources"]
        if source["table"] == "area_figure" and source.get("kind", "pinned") != "pinned"
    ]
    for source in live:
        text = _without(rf'\[\[sources\]\]\nid = "{source}"\n(?:.+\n)+', text)
    for one in told["indicators"]:
        if one["source"] in live:
            name = one["id"]
            text = _without(rf'\[\[indicators\]\]\nid = "{name}"\n(?:.+\n)+', text)
            text = re.sub(rf'closed_by = "{name}"\n', "", text)
    return text


def _without(pattern: str, text: str) -> str:
    return _changed(pattern, "", text)


def _changed(pattern: str, new: str, text: str) -> str:
    changed, times = re.subn(pattern, new, text)
    assert times
    return changed

"""The shipped study with other sources: one described as a file, or none that can be pulled."""

from __future__ import annotations

import re

from gapwatch import snapshots
from gapwatch.project import Project

REFERENCE = "reference.csv"
PINNED = """[[sources]]
id = "ward-reference"
table = "area_reference"
next_expected = "No further edition on these wards is announced."
"""
DESCRIBED = """[[sources]]
id = "ward-reference"
kind = "file"
table = "area_reference"
next_expected = "No further edition on these wards is announced."
title = "Wards of 2011 and their deprivation scores"
publisher = "Greater London Authority"
attribution = "Source: Greater London Authority."
{place}
header = ["area_code", "imd2010_average_score"]

[sources.columns]
geography = "geography"
area_code = "area_code"
area_name = "area_name"
imd2007_average_score = "imd2007_average_score"
imd2010_average_score = "imd2010_average_score"

[sources.units]
imd2007_average_score = "score"
imd2010_average_score = "score"
"""


def reference(project: Project) -> bytes:
    """The shipped table of wards, as its publisher might send it."""
    pin = snapshots.load(project.raw).pin("ward-reference")
    return snapshots.read_objects(project.raw, pin)[0]


def forget_publishers(project: Project) -> None:
    """Take every source that asks a publisher out of the study, and all that rests on them."""
    text = project.study_file.read_text(encoding="utf-8")
    text = re.sub(r"\[computed\]\n(?:.|\n)*?(?=\n\[simulation\])", "", text)
    text = re.sub(r"\[\[geography\.bridges\]\]\n(?:.+\n)+", "", text)
    asking = r'\[\[sources\]\]\nid = "(.+)"\nkind = (?:.+\n?)+'
    for source in re.findall(asking, text):
        shown = rf'\[\[indicators\]\]\nid = "(.+)"\n(?:.+\n)*source = "{source}"\n(?:.+\n)*'
        for indicator in re.findall(shown, text):
            text = re.sub(rf'(?m)^closed_by = .*"{indicator}".*\n', "", text)
        text = re.sub(shown, "", text)
    text = re.sub(asking, "", text)
    assert 'kind = "fingertips"' not in text
    project.study_file.write_text(text, encoding="utf-8")


def describe_reference(project: Project, place: str) -> bytes:
    """Describe the wards' table as a file at `place`, and nothing else that can be pulled."""
    forget_publishers(project)
    content = reference(project)
    (project.study_file.parent / REFERENCE).write_bytes(content)
    text = project.study_file.read_text(encoding="utf-8")
    assert PINNED in text
    project.study_file.write_text(
        text.replace(PINNED, DESCRIBED.format(place=place)), encoding="utf-8"
    )
    return content

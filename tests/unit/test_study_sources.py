"""Sources in the study: each kind refuses what it can't use, with the key that is wrong."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from gapwatch import study
from gapwatch.errors import StudyError, UsageError
from gapwatch.project import Project
from gapwatch.snapshots import load as load_snapshot
from gapwatch.snapshots import read_objects, write
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import FileSource, PortalSource

BASE = """
[[sources]]
id = "extra"
next_expected = "Next year."
title = "A title"
publisher = "A publisher"
attribution = "An attribution"
"""
LOOKUP = (
    'table = "lookup"\nkind = "portal"\nservice = "A_LU"\nfilter_column = "LAD22CD"\n'
    'filter_values = ["E09000033"]\ngeography = "lsoa2021"\ncode_column = "LSOA21CD"\n'
    'to_geography = "msoa2021"\nto_code_column = "MSOA21CD"\nexpected_areas = 123\n'
)
FILE = 'table = "life_expectancy"\nkind = "file"\npath = "a.csv"\nheader = ["Code"]\n'
LIFE = (
    'table = "life_expectancy"\nkind = "fingertips"\nindicator = 93283\n'
    'parent_code = "E09000033"\narea_types = '
    '[{ id = 8, geography = "ward2024", expected_areas = 18, codes = "E05[0-9]+" }]\n'
)


def load(project: Project, source: str) -> study.Study:
    with project.study_file.open("a", encoding="utf-8") as file:
        file.write(BASE + source)
    return study.load(project.study_file)[0]


def test_every_kind_of_source_is_read_as_its_own_model(project: Project) -> None:
    assert isinstance(load(project, LOOKUP).sources[-1], PortalSource)


def test_a_file_may_be_described(project: Project) -> None:
    assert isinstance(load(project, FILE).sources[-1], FileSource)


@pytest.mark.parametrize(
    ("source", "key", "found"),
    [
        (LOOKUP.replace('"portal"', '"ftp"'), "sources[N].kind", "'ftp'"),
        (LOOKUP.replace("service =", "servise ="), "sources[N].servise", "not known"),
        (LOOKUP.replace('to_geography = "msoa2021"\n', ""), "sources[N]", "nothing"),
        (LOOKUP.replace("E09000033", "x' OR 1=1"), "sources[N].filter_values[1]", "OR 1=1"),
        (LOOKUP.replace('"A_LU"', '"../../admin"'), "sources[N].service", "../../admin"),
        (FILE.replace('path = "a.csv"\n', ""), "sources[N]", "none of them"),
        (FILE + 'address = "https://example.org/a.csv"\n', "sources[N]", "path and address"),
        (
            FILE.replace('path = "a.csv"', 'address = "http://example.org/"'),
            "sources[N].address",
            "http://example.org/",
        ),
        (
            FILE.replace('path = "a.csv"', 'address = "https://me@example.org/"'),
            "sources[N].address",
            "me@example.org",
        ),
        (FILE + 'wide = "(("\n', "sources[N].wide", "unterminated"),
        (FILE + 'format = "xlsx"\n', "sources[N]", "none"),
        (LIFE.replace("E05[0-9]+", "E05("), "sources[N].area_types[1].codes", "unterminated"),
    ],
)
def test_a_wrong_source_is_refused_by_its_key(
    project: Project, source: str, key: str, found: str
) -> None:
    with pytest.raises(StudyError) as caught:
        load(project, source)
    # The shipped study has sources of its own before this one.
    place = project.study_file.read_text(encoding="utf-8").count("[[sources]]")
    assert key.replace("N", str(place)) in caught.value.where
    assert found in caught.value.found


def test_only_this_machine_may_be_asked_without_tls(project: Project) -> None:
    text = project.study_file.read_text(encoding="utf-8")
    for host, fine in (
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("10.0.0.1", False),
        ("127.0.0.1.example.org", False),
    ):
        project.study_file.write_text(
            f'{text}\n[publishers]\nnomis = "http://{host}/api/"\n', encoding="utf-8"
        )
        if fine:
            study.load(project.study_file)
        else:
            with pytest.raises(StudyError, match=r"publishers\.nomis"):
                study.load(project.study_file)


def test_a_source_that_a_pulled_snapshot_lacks_is_refused(project: Project) -> None:
    loaded = load(project, FILE)
    extra = loaded.model_copy(
        update={
            "sources": tuple(s for s in loaded.sources if s.kind == "pinned" or s.id == "extra")
        }
    )
    shipped = load_snapshot(project.raw)
    items = [(pin, read_objects(project.raw, pin)) for pin in shipped.pins]
    pulled = write(
        project.raw,
        title="Pulled",
        as_known_at=dt.date(2026, 12, 1),
        items=items,
        study="westminster",
    )
    with pytest.raises(UsageError, match="'extra'"):
        load_inputs(project.raw, pulled, extra)


def test_what_a_snapshot_that_nobody_pulled_lacks_is_told(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    loaded = load(project, FILE)
    with caplog.at_level(logging.WARNING):
        load_inputs(project.raw, load_snapshot(project.raw), loaded)
    assert "was not pulled and holds no" in caplog.text
    assert "extra" in caplog.text


BRIDGE = """
[[geography.bridges]]
geography = "msoa2011"
blocks = "lsoa2021"
up = ["extra"]
across = ["extra"]
reason = "Other areas."
"""


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("", "", ""),
        ('up = ["extra"]', 'up = ["nothing"]', "geography.bridges[3].up[1]"),
        ('across = ["extra"]', 'across = ["ward-reference"]', "geography.bridges[3].across[1]"),
        ('geography = "msoa2011"', 'geography = "ward2011"', "geography.bridges[3].geography"),
    ],
)
def test_a_bridge_leads_through_lookups_to_other_areas(
    project: Project, old: str, new: str, where: str
) -> None:
    text = BRIDGE.replace(old, new) if old else BRIDGE
    if not where:
        assert load(project, LOOKUP + text).geography.bridges[-1].up == ("extra",)
        return
    with pytest.raises(StudyError) as caught:
        load(project, LOOKUP + text)
    assert where in caught.value.where

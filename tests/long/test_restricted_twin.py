"""The invented borough with restricted deaths, released twice: a corrected death shows nowhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from gapwatch import pipeline, pulling, snapshots
from gapwatch.audit.disclosed import RECORD
from gapwatch.demo.replica import Replica
from gapwatch.demo.twin import files
from gapwatch.demo.twin.counted import make
from gapwatch.demo.twin.making import ADDRESS, TODAY
from gapwatch.demo.twin.routing import RoutedClient
from gapwatch.demo.twin.study import study as study_of
from gapwatch.demo.twin.world import world
from gapwatch.errors import IntegrityError
from gapwatch.gap.assessment import judge
from gapwatch.gap.evidence import series
from gapwatch.project import Project
from gapwatch.sources.inputs import load_inputs
from gapwatch.study import load
from tests.conftest import ROOT

pytestmark = pytest.mark.long
SEED = 11


def restricted(text: str) -> str:
    """The study with its deaths in a restricted file beside it."""
    start = text.index('id = "lsoa2011-deaths"')
    end = text.index("[[sources]]", start)
    block = re.sub(r"landing_page = .*\n", "", text[start:end])
    block = re.sub(r"link = .*\n", 'path = "deaths.csv"\nrestricted = true\n', block)
    return text[:start] + block + text[end:]


def moved(content: bytes) -> bytes:
    """The extract in which one boy's death of 2023 is in another small area."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    mine = [row for row in rows[1:] if row[2] == "2023" and row[3].lower().startswith("m")]
    one = next(row for row in mine if int(row[4]) > 0)
    other = mine[(mine.index(one) + len(mine) // 2) % len(mine)]
    one[4], other[4] = str(int(one[4]) - 1), str(int(other[4]) + 1)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def require_close_to_the_open_one(project: Project, release: Path) -> None:
    """Gap and verdict of the headline as from open deaths, and one level of areas told beside."""
    study, _ = load(project.study_file)
    inputs = load_inputs(project.raw, snapshots.load(project.raw, study=study.study.id), study)
    free = tuple(
        source.model_copy(update={"restricted": False}) if source.table == "deaths" else source
        for source in study.sources
    )
    of = series(study.model_copy(update={"sources": free}), inputs)
    judged = judge(of.study, of.gaps, TODAY.year, of.baselines)
    primary, sex = study.primary.id, study.promise.sex
    mine = next(each for each in judged if (each.measure.id, each.sex) == (primary, sex))
    verdict = pd.read_csv(release / "data" / "verdict.csv", keep_default_na=False)
    told = verdict[(verdict["measure"] == primary) & (verdict["sex"] == sex)]
    assert set(told["verdict"]) == {mine.assessment.verdict}
    by = ["measure", "sex", "period_start", "period_end"]
    gaps = pd.read_csv(release / "data" / "gap.csv")
    both = gaps[gaps["measure"] == primary].merge(of.gaps, on=by, suffixes=("", "_open"))
    assert len(both) > 20
    assert (both["gap_years"] - both["gap_years_open"]).abs().max() <= 0.1
    levels = pd.read_csv(release / "data" / "computed_life_expectancy.csv")
    given = levels[levels["life_expectancy_years"].notna()].groupby("geography").size()
    assert set(given.index) == {"ward2011", "ward2024", "side", "borough"}
    assert given["ward2024"] > 300


def test_a_corrected_death_shows_in_no_table_and_a_lost_release_stops_the_next(
    tmp_path: Path,
) -> None:
    twin = make("undercount")
    one = world(twin, SEED)
    project = Project(tmp_path, tmp_path / "gapwatch.toml")
    project.study_file.write_text(restricted(study_of(twin, SEED, ADDRESS)), encoding="utf-8")
    shutil.copytree(ROOT / "expectations", project.expectations)
    for folder in (project.raw, project.curated, project.reports):
        folder.mkdir(parents=True)
    content = one.files[files.DEATHS][files.NAMES[files.DEATHS]]
    extract = tmp_path / "deaths.csv"

    def released(day: dt.date, held: bytes) -> Path:
        extract.touch(mode=0o600)
        extract.write_bytes(held)
        with Replica(one) as replica, RoutedClient(ADDRESS, replica.address) as client:
            pulling.pull(project, today=day, client=client, accept_revisions=True)
        return pipeline.run(project).path

    first = released(TODAY, content)
    require_close_to_the_open_one(project, first)
    second = released(TODAY + dt.timedelta(days=30), moved(content))
    assert first != second
    for path in sorted((first / "data").iterdir()):
        if path.name != Path(RECORD).name:
            assert (second / "data" / path.name).read_bytes() == path.read_bytes(), path.name
    shutil.rmtree(first)
    with pytest.raises(IntegrityError, match="nothing was published"):
        released(TODAY + dt.timedelta(days=60), content)
    assert second.is_dir()

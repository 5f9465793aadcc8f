"""The invented borough with restricted deaths, released twice: a corrected death shows nowhere."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gapwatch import pipeline, pulling, snapshots
from gapwatch.audit.closed import closed_as_sent
from gapwatch.audit.disclosed import RECORD
from gapwatch.audit.registration import FILE as REGISTRATION
from gapwatch.contracts import TOGETHER
from gapwatch.counting.areas import count
from gapwatch.counting.counts import windows
from gapwatch.counting.disclosure.closing import Frames
from gapwatch.counting.disclosure.crossing import Figures, told_steps
from gapwatch.counting.disclosure.reconstruction import error_steps
from gapwatch.demo.replica import Replica
from gapwatch.demo.twin import files
from gapwatch.demo.twin.borough import borough as places
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
from gapwatch.study import Study, load

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
    """The extract in which one boy's death of 2023 is in another small area, and one more is told.

    The publisher's total of the borough, which is pinned, doesn't count that one.
    """
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    mine = [row for row in rows[1:] if row[2] == "2023" and row[3].lower().startswith("m")]
    one = next(row for row in mine if int(row[4]) > 0)
    other = mine[(mine.index(one) + len(mine) // 2) % len(mine)]
    one[4], other[4] = str(int(one[4]) - 1), str(int(other[4]) + 1)
    other[5] = str(int(other[5]) + 1)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


class Borough:
    """A project of the invented borough, with its deaths in a file of its own, pulled on a day."""

    def __init__(self, folder: Path) -> None:
        twin = make("undercount")
        self.world = world(twin, SEED)
        self.project = Project(folder, folder / "gapwatch.toml")
        text = restricted(study_of(twin, SEED, ADDRESS))
        self.project.study_file.write_text(text, encoding="utf-8")
        for each in (self.project.raw, self.project.curated, self.project.reports):
            each.mkdir(parents=True)
        self.content = self.world.files[files.DEATHS][files.NAMES[files.DEATHS]]
        self.extract = folder / "deaths.csv"

    def pull(self, day: dt.date, content: bytes) -> None:
        self.extract.touch(mode=0o600)
        self.extract.write_bytes(content)
        with Replica(self.world) as replica, RoutedClient(ADDRESS, replica.address) as client:
            pulling.pull(self.project, today=day, client=client, accept_revisions=True)

    def inputs(self) -> tuple[Study, Frames]:
        """The study and the inputs of the newest snapshot."""
        raw = self.project.raw
        study, _ = load(self.project.study_file)
        snapshot = snapshots.load(raw, study=study.study.id)
        return study, load_inputs(raw, snapshot, study)


def opened(study: Study) -> Study:
    """The study with deaths that aren't restricted."""
    free = tuple(
        source.model_copy(update={"restricted": False}) if source.table == "deaths" else source
        for source in study.sources
    )
    return study.model_copy(update={"sources": free})


def require_close_to_the_open_one(borough: Borough, release: Path) -> None:
    """Gap and verdict of the headline as from open deaths, and all levels of areas but one.

    Of the second level, which crosses the study's own, each area is told, some with neighbours.
    """
    study, inputs = borough.inputs()
    of = series(opened(study), inputs)
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
    shares = levels.assign(given=levels["life_expectancy_years"].notna()).groupby(
        ["geography", "area"]
    )["given"]
    told = shares.mean()
    assert set(told.index.get_level_values("geography")) == {
        "ward2011",
        "ward2024",
        "side",
        "borough",
    }
    second = told["ward2024"]
    members = [code for area in second.index for code in area.split(TOGETHER)]
    assert len(of.study.computed.levels) - 1 == 3  # beside the borough
    assert sorted(members) == sorted(ward.code for ward in places().wards24)
    assert second.min() > 0.85
    assert len(second) >= 12


def test_no_area_of_the_second_level_is_left_out_that_could_be_told_as_the_only_one(
    tmp_path: Path,
) -> None:
    borough = Borough(tmp_path)
    borough.pull(TODAY, borough.content)
    study, inputs = borough.inputs()
    counted = count(study, closed_as_sent(study, inputs, TODAY))
    assert counted is not None
    assert counted.crossing is not None
    of = counted.crossing
    places = (counted.levels[study.geography.vintage], of.level, of.atoms)
    own, kept, atoms = (windows(each, study.computed.area_window_years) for each in places)
    own_steps = error_steps(own.deaths, own.person_years, places[0].age_starts.astype(float))
    told, alone = 0, 0
    for sex, window in itertools.product(range(2), range(len(own.start))):
        mine, theirs, parts = (
            Figures(each.deaths[:, sex, window], each.person_years[:, sex, window])
            for each in (own, kept, atoms)
        )
        given = told_steps(of, mine, own_steps[:, sex, window], theirs, parts)
        told += int((~np.isnan(given)).sum())
        for at in range(len(of.level.areas)):
            single = replace(of, kept=of.kept[:, [at]])
            one = Figures(theirs.deaths[[at]], theirs.person_years[[at]])
            by_itself = told_steps(single, mine, own_steps[:, sex, window], one, parts)
            alone += int((~np.isnan(by_itself)).sum())
    assert told == alone > 300


def test_a_corrected_death_shows_in_no_table_and_a_lost_release_stops_the_next(
    tmp_path: Path,
) -> None:
    borough = Borough(tmp_path)
    project, content = borough.project, borough.content

    def released(day: dt.date, held: bytes) -> Path:
        borough.pull(day, held)
        return pipeline.run(project).path

    first = released(TODAY, content)
    require_close_to_the_open_one(borough, first)
    second = released(TODAY + dt.timedelta(days=30), moved(content))
    assert first != second
    differing = {
        path.name
        for path in (first / "data").iterdir()
        if (second / "data" / path.name).read_bytes() != path.read_bytes()
    }
    # Both name the release before, and tell of no death.
    assert differing == {Path(RECORD).name, Path(REGISTRATION).name}
    shutil.rmtree(first)
    with pytest.raises(IntegrityError, match="nothing was published"):
        released(TODAY + dt.timedelta(days=60), content)
    assert second.is_dir()

"""The league: read from releases, compared with its like alone, and the same bytes each time."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gapwatch import tables
from gapwatch.contracts.league import LEAGUE
from gapwatch.demography.ranks import rank_sets
from gapwatch.fleet.finding import FleetStudy, find_studies
from gapwatch.fleet.jobs import FAILED, KEPT, MADE, StudyDone
from gapwatch.fleet.league import league
from gapwatch.fleet.pages import league_page, ranks
from tests.little import Little

GAP = (
    "measure,sex,kind,geography,period_start,period_end,year_ends,gap_years,se_years,"
    "lower95_years,upper95_years,basis_code,reason\n"
)
VERDICT = (
    "measure,sex,verdict,label,newest_start,newest_end,slope_years_per_year,"
    "slope_lower95_years_per_year,slope_upper95_years_per_year\n"
)


def write(
    folder: Path, name: str, gap: float | None, se: float = 0.5, *, place: str = "", end: int = 2020
) -> FleetStudy:
    """A study and the two tables of its release that a league reads."""
    file = folder / "studies" / name / "gapwatch.toml"
    file.parent.mkdir(parents=True)
    text = Little().text().replace('id = "little-vale"', f'id = "{name}"')
    place = place or name.title()
    file.write_text(re.sub("(?m)^place = .*$", f"place = '{place}'", text), encoding="utf-8")
    data = folder / "releases" / name / "r" / "data"
    data.mkdir(parents=True)
    given = "" if gap is None else f"{gap},{se},{gap - 2 * se},{gap + 2 * se}"
    rows = [
        f"pooled,{sex},pooled,ward2021,{start},{start + 4},12-31,{cells},published,{reason}\n"
        for sex in ("female", "male")
        for start, cells, reason in (
            (end - 5, "99,1,97,101", ""),
            (end - 4, given or ",,,", "" if given else "A02"),
        )
    ]
    (data / "gap.csv").write_text(GAP + "".join(rows), encoding="utf-8")
    newest = f"{end - 4},{end}" if given else ","
    said = "off track,off track" if given else "cannot calculate,cannot calculate"
    (data / "verdict.csv").write_text(
        VERDICT
        + "".join(f"pooled,{sex},{said},{newest},-0.1,-0.2,0.01\n" for sex in ("female", "male")),
        encoding="utf-8",
    )
    (found,) = find_studies([str(file)])
    return found


def of(folder: Path, studies: list[FleetStudy], status: str = MADE) -> pd.DataFrame:
    done = {
        one.id: StudyDone(one.id, FAILED, fault=one.fault)
        if one.fault
        else StudyDone(one.id, status, "r")
        for one in studies
    }
    return league(studies, done, {one.id: folder / "releases" / one.id for one in studies})


@pytest.fixture
def mixed(tmp_path: Path) -> list[FleetStudy]:
    broken = tmp_path / "studies" / "zz" / "gapwatch.toml"
    made = [
        write(tmp_path, "alder", 8.0, 0.4),
        write(tmp_path, "beech", 5.0, 0.4, place="Bee<b>ch & Co"),
        write(tmp_path, "cedar", 5.4, 0.4),
        write(tmp_path, "dogwood", 6.0, end=2015),
        write(tmp_path, "elm", None),
    ]
    broken.parent.mkdir()
    broken.write_text("[study\n", encoding="utf-8")
    return [*made, *find_studies([str(broken)])]


def test_places_of_one_measure_and_window_are_ranked_in_sets(
    tmp_path: Path, mixed: list[FleetStudy]
) -> None:
    rows = of(tmp_path, mixed).set_index("study")
    sets = rank_sets([8.0, 5.0, 5.4], [0.4] * 3)
    like = ["alder", "beech", "cedar"]
    assert rows.loc[like, "group"].tolist() == [1, 1, 1]
    assert rows.loc[like, "rank_first"].tolist() == sets.first.tolist() == [1, 2, 2]
    assert rows.loc[like, "rank_last"].tolist() == sets.last.tolist() == [1, 3, 3]
    assert rows.loc[like, "group_mean_years"].tolist() == pytest.approx([18.4 / 3] * 3, abs=1e-6)
    assert rows.loc["alder", ["gap_years", "lower95_years", "slope_years_per_year"]].tolist() == [
        8.0,
        7.2,
        -0.1,
    ]


def test_a_place_of_other_years_or_without_a_gap_has_no_rank_and_a_broken_one_its_fault(
    tmp_path: Path, mixed: list[FleetStudy]
) -> None:
    rows = of(tmp_path, mixed).set_index("study")
    assert rows.loc[["dogwood", "elm", "zz"], "rank_first"].isna().all()
    assert rows["status"].to_dict() == {
        **dict.fromkeys(("alder", "beech", "cedar", "dogwood"), "released"),
        "elm": "no figures",
        "zz": "failed",
    }
    assert pd.isna(rows.loc["elm", "gap_years"])  # missing, never zero
    assert rows.loc["elm", "reason"] == "A02"
    assert "TOML in UTF-8" in rows.loc["zz", "fault"]


def test_the_league_tells_neither_order_nor_whether_a_release_stood_before(
    tmp_path: Path, mixed: list[FleetStudy]
) -> None:
    one, other = of(tmp_path, mixed), of(tmp_path, mixed[::-1], KEPT)
    assert tables.to_csv(LEAGUE, one) == tables.to_csv(LEAGUE, other)
    assert league_page(one) == league_page(other)


def test_a_release_whose_tables_are_gone_fails_that_study_alone(
    tmp_path: Path, mixed: list[FleetStudy]
) -> None:
    (tmp_path / "releases" / "cedar" / "r" / "data" / "gap.csv").unlink()
    rows = of(tmp_path, mixed).set_index("study")
    assert rows.loc["cedar", "status"] == "failed"
    assert "gap.csv" in rows.loc["cedar", "fault"]
    assert rows.loc["alder", "group_places"] == 2


def test_a_fault_tells_no_path_of_this_machine(tmp_path: Path) -> None:
    one = write(tmp_path / "project", "alder", 8.0)
    (tmp_path / "project" / "expectations").mkdir()
    root, out = tmp_path / "project", tmp_path / "out"
    address = f"https://publisher.example{root}/x"
    fault = "\n".join(
        (
            f"Integrity: {out}/places/alder/alder-2026-01-01-0123456789/data/gap.csv",
            f"  expected: {root}/data/raw/snapshots, {one.file} and '{one.file.parent}/own.csv'",
            f"  found:    {address}, {out}/places/alder, {out}; ({out}/databases/alder)",
            f"  to do:    free {out}-other/x, {root}.old or {root}.",
        )
    )
    done = {"alder": StudyDone("alder", FAILED, fault=fault)}
    frame = league([one], done, {"alder": out / "places" / "alder"})
    assert frame["fault"].item() == "; ".join(
        (
            "Integrity: alder-2026-01-01-0123456789/data/gap.csv",
            "expected: data/raw/snapshots, gapwatch.toml and 'own.csv'",
            f"found:    {address}, alder, out; (databases/alder)",
            "to do:    free out-other/x, project.old or project.",
        )
    )
    told = (tables.to_csv(LEAGUE, frame) + league_page(frame)).decode()
    assert str(tmp_path) not in told.replace(address, "")


def test_a_release_that_is_gone_is_told_without_the_folder_it_was_in(tmp_path: Path) -> None:
    one = write(tmp_path, "alder", 8.0)
    (tmp_path / "releases" / "alder" / "r" / "data" / "gap.csv").unlink()
    (fault,) = of(tmp_path, [one])["fault"]
    assert "Integrity: r/data/gap.csv; expected" in fault
    assert str(tmp_path) not in fault


def test_the_page_escapes_names_asks_nobody_and_says_why_places_have_no_rank(
    tmp_path: Path, mixed: list[FleetStudy]
) -> None:
    page = league_page(of(tmp_path, mixed)).decode()
    assert "Bee&lt;b&gt;ch &amp; Co" in page
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!data:|#|places/|league\.csv)', page)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert '<td class="figure" data-name="Rank">2nd to 3rd</td>' in page
    assert "no other place has a gap of pooled" in page
    assert "Failed: 1" in page


def test_a_fleet_without_a_single_figure_has_a_page_all_the_same(tmp_path: Path) -> None:
    page = league_page(of(tmp_path, [write(tmp_path, "elm", None)])).decode()
    assert "Not ranked: 1" in page
    assert "in 1 place<" in page


def test_ranks_are_written_as_people_write_them() -> None:
    told = {
        (1, 1): "1st",
        (2, 3): "2nd to 3rd",
        (11, 112): "11th to 112th",
        (21, 101): "21st to 101st",
    }
    assert {key: ranks(*key) for key in told} == told


def test_twelve_places_take_the_sets_of_all_of_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    gaps = rng.normal(6, 2, 12).round(3)
    studies = [write(tmp_path, f"p{at:03}", float(gap)) for at, gap in enumerate(gaps)]
    rows = of(tmp_path, studies)
    sets = rank_sets(gaps, [0.5] * 12)
    assert rows["rank_first"].tolist() == sets.first.tolist()
    assert rows["group_places"].tolist() == [12] * 12

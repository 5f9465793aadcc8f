"""What the invented borough's publishers say: every figure from one draw, in their own formats."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import typer

from gapwatch import study as study_file
from gapwatch.cli import demonstrating
from gapwatch.demo.replica import Replica
from gapwatch.demo.replica.world import BANDS
from gapwatch.demo.twin import files, names
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import SIDES, make
from gapwatch.demo.twin.making import ADDRESS, make_project
from gapwatch.demo.twin.published import MSOA_WINDOWS, Published, msoa_of
from gapwatch.demo.twin.residents import YEARS
from gapwatch.demo.twin.routing import RoutedClient
from gapwatch.demo.twin.scenarios import DEFAULT, SCENARIOS
from gapwatch.demo.twin.study import study
from gapwatch.demo.twin.world import NOMIS_YEARS, world
from gapwatch.demography.life_table import life_table
from gapwatch.errors import SourceError, UsageError

TWIN = make("undercount")
PUBLISHED = Published(TWIN, 6)
WORLD = world(TWIN, 6)
STARTS_85 = [0, 1, *range(5, 90, 5)]


def rows(page: str) -> list[dict[str, str]]:
    (content,) = WORLD.files[page].values()
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture(scope="module")
def replica() -> Replica:
    with Replica(WORLD) as made:
        yield made


def test_a_wards_published_figure_is_the_life_table_of_the_filed_counts() -> None:
    """Men of the least deprived ward, 2005-09, with 85 and over on top: from the files alone."""
    code = SIDES["affluent"][0]
    lsoas = {x.code for x in borough().lsoas11 if borough().wards[x.ward].code == code}
    window = {str(year) for year in range(2005, 2010)}
    counts = []
    for page, year in ((files.DEATHS, "Year of registration"), (files.PEOPLE, "Mid-year")):
        mine = [
            row
            for row in rows(page)
            if row["LSOA 2011 code"] in lsoas and row["Sex"] == "Males" and row[year] in window
        ]
        assert len(mine) == 6 * 5
        counts.append([sum(int(row[f"Aged {band}"]) for row in mine) for band in BANDS])
    d, n = counts
    table = life_table([*d[:18], d[18] + d[19]], [*n[:18], n[18] + n[19]], STARTS_85)
    (told,) = [
        row
        for row in rows(files.LIFE)
        if (row["Area code"], row["Sex"], row["Period"]) == (code, "Males", "2005 - 09")
    ]
    assert told["Life expectancy at birth"] == f"{float(table.e[0]):.1f}"
    assert told["Lower 95% limit"] == f"{float(table.lower[0]):.1f}"
    assert told["Upper 95% limit"] == f"{float(table.upper[0]):.1f}"


def test_an_msoas_published_figure_is_the_life_table_of_the_same_deaths() -> None:
    number, (first, last) = 3, MSOA_WINDOWS[0]
    inside = msoa_of(borough()) == number
    years = (first <= YEARS) & (last >= YEARS)
    d, n = (
        x[inside][:, 0][:, years].sum(axis=(0, 1)) for x in (PUBLISHED.deaths, PUBLISHED.people)
    )
    table = life_table(d, n, [*STARTS_85, 90])
    found = WORLD.life[borough().msoas[number], "Female", first]
    assert found.value == pytest.approx(float(table.e[0]), abs=5e-5)
    assert found.upper == pytest.approx(float(table.upper[0]), abs=5e-5)


def test_each_file_holds_each_count_once_and_the_boroughs_totals() -> None:
    deaths, people = rows(files.DEATHS), rows(files.PEOPLE)
    for told in (deaths, people):
        assert len({tuple(list(row.values())[:4]) for row in told}) == len(told) == 120 * 25 * 2
    total = sum(int(row[f"Aged {band}"]) for row in deaths for band in BANDS)
    assert total == PUBLISHED.deaths.sum()
    told = [row for row in rows(files.TOTALS) if row["Area type"] == "Borough"]
    assert sum(int(row["Deaths"]) for row in told) == total
    assert sum(int(row["Mid-year population"]) for row in told) == PUBLISHED.people.sum()


def test_nomis_has_the_residents_of_2021s_areas_males_first() -> None:
    at = list(YEARS).index(NOMIS_YEARS[0])
    assert WORLD.population.shape == (121, len(NOMIS_YEARS), 2, 91)
    males = TWIN.published[:, 1, at].sum(axis=0)
    assert np.array_equal(WORLD.population[:, 0, 0].sum(axis=0), males)


def test_region_and_country_live_between_the_boroughs_ends() -> None:
    found = {
        row["Area code"]: float(row["Life expectancy at birth"])
        for row in rows(files.LIFE)
        if (row["Sex"], row["Period"]) == ("Males", "2010 - 14")
    }
    low, high = found[SIDES["poorest"][0]], found[SIDES["affluent"][0]]
    for code in (names.BOROUGH_CODE, names.REGION_CODE, names.COUNTRY_CODE):
        assert low < found[code] < high


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_study_of_each_scenario_is_one_that_gapwatch_reads(name: str, tmp_path: Path) -> None:
    file = tmp_path / "gapwatch.toml"
    file.write_text(study(make(name), 1, ADDRESS), encoding="utf-8")
    read, _ = study_file.load(file)
    assert read.study.id == f"ravensholt-{name}"
    assert read.study.invented
    assert read.computed is not None
    assert read.computed.decides
    assert "pinned" not in {source.kind for source in read.sources}
    assert read.side("north") == SIDES["north"]
    assert read.primary.better == SIDES["affluent"][0]
    truth = make(name).truth(SIDES, *read.promise.baseline_period)
    assert read.promise.stated_worse_years == round(truth["north"][1])
    assert read.promise.stated_better_years == round(truth["affluent"][1])
    assert set(read.projection.shocks) == set(make(name).scenario.shock)


def test_the_study_names_no_address_that_could_exist() -> None:
    told = tomllib.loads(study(TWIN, 1, ADDRESS))
    asked = [told["publishers"][name] for name in ("fingertips", "nomis", "portal", "contact")]
    asked += [source["landing_page"] for source in told["sources"] if source["kind"] == "file"]
    assert all(address.startswith("https://ravensholt.example/") for address in asked)


def test_an_invented_address_is_found_on_this_machine_and_told_as_it_was_asked(
    replica: Replica,
) -> None:
    page = f"{ADDRESS}ons/{files.REFERENCE}"
    with RoutedClient(ADDRESS, replica.address) as client:
        landing = client.get(page, expect="html")
        sent = client.get(
            f"{ADDRESS}ons/file", {"uri": f"/{files.REFERENCE}/deprivationwards.csv"}, expect="csv"
        )
    assert landing.address == page
    assert b"127.0.0.1" not in landing.content
    assert sent.content == WORLD.files[files.REFERENCE]["deprivationwards.csv"]
    assert sent.address.startswith(ADDRESS)
    # What was really asked stays on record.
    assert all(done.address.startswith(replica.address) for done in client.exchanges)


@pytest.mark.parametrize(
    "address", ["https://www.ons.gov.uk/", "https://ravensholt.example.org/", "http://127.0.0.1/"]
)
def test_no_other_address_is_ever_asked(replica: Replica, address: str) -> None:
    with RoutedClient(ADDRESS, replica.address) as client:
        with pytest.raises(SourceError, match="address below"):
            client.get(address, expect="html")
        assert not client.exchanges


@pytest.mark.parametrize("what", ["a note", "a study of its own", "a file"])
def test_a_folder_that_holds_something_else_is_refused_and_left_alone(
    tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "place"
    if what == "a file":
        folder.write_text("mine", encoding="utf-8")
        held = folder
    else:
        folder.mkdir()
        held = folder / ("gapwatch.toml" if what == "a study of its own" else "note.txt")
        held.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="an earlier demonstration"):
        make_project(TWIN, 1, folder)
    assert held.read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.rglob("*"))) == 1 + (held != folder)


def test_the_command_offers_every_scenario_by_name() -> None:
    command = typer.main.get_command(demonstrating.app)
    (option,) = (option for option in command.params if option.name == "scenario")
    assert option.default == DEFAULT
    assert re.findall("[a-z]+(?:-[a-z]+)?(?=[,.]| or )", option.help) == list(SCENARIOS)

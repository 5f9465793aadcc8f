"""Every borough's gap: the plain calculation's figures, the truth of the twin, the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from tests.oracles import inequality as plain_inequality
from tests.oracles.life_table import life_table as plain_life_table
from tests.unit.counting.countries import Frames, frames
from typer.testing import CliRunner

from gapwatch.cli import app
from gapwatch.counting.national.boroughs import as_csv, borough_gaps, summary
from gapwatch.counting.national.wards import ward_counts
from gapwatch.demo.national import AGES, InventedCountry, boroughs, write
from gapwatch.demography.inequality import slope_index
from gapwatch.demography.life_table import life_table
from gapwatch.errors import OutputError, UsageError, ValidationError

SMALL = InventedCountry(seed=3, boroughs=10, wards=4, blocks=120, years=6)
KEYS = ["sex", "year", "age_start_years"]


@pytest.fixture(scope="module")
def shared() -> Frames:
    """Ten boroughs: two blocks shared out, one ward too small for a figure, one borough of one."""
    made = frames(SMALL)
    lookup = made.lookup.assign(weight=1.0)
    first = lookup[lookup["borough_code"] == "X09000000"]
    other = first["ward_code"].iloc[-1]
    halves = first.iloc[:2].assign(ward_code=other, weight=[0.3, 0.333333])
    lookup.loc[halves.index, "weight"] = [0.7, 0.666667]
    of_eight = lookup["borough_code"] == "X09000008"
    lookup.loc[of_eight, "ward_code"] = lookup.loc[of_eight, "ward_code"].iloc[0]
    of_seven = lookup.index[lookup["borough_code"] == "X09000007"]
    # One block alone is a ward of about 4,000 person-years of a sex, below the floor.
    lookup.loc[of_seven[0], "ward_code"] = "X05999999"
    return made.changed(lookup=pd.concat([lookup, halves], ignore_index=True))


def plain_sums(counts: pd.DataFrame, lookup: pd.DataFrame, persons: str) -> pd.Series:
    joined = counts.merge(lookup, left_on="area_code", right_on="block_code")
    joined[persons] = joined[persons] * joined["weight"]
    return joined.groupby(["borough_code", "ward_code", *KEYS])[persons].sum()


def plain_scores(made: Frames) -> pd.Series:
    people = made.population.groupby("area_code")["population_persons"].sum()
    lookup = made.lookup
    weight = people[lookup["block_code"]].to_numpy() * lookup["weight"].to_numpy()
    total = pd.Series(weight).groupby(lookup["ward_code"].to_numpy()).sum()
    moment = pd.Series(weight * lookup["deprivation_score"].to_numpy())
    return moment.groupby(lookup["ward_code"].to_numpy()).sum() / total


def plain_gap(deaths: pd.Series, people: pd.Series, scores: pd.Series) -> tuple[float, float]:
    """Slope index and its standard error from the counts of one borough, sex and window."""
    wards = sorted(deaths.index.unique("ward_code"), key=lambda ward: -scores[ward])
    ages = AGES.tolist()
    values, errors, weights = [], [], []
    for ward in wards:
        d, p = (one.loc[ward].groupby("age_start_years").sum() for one in (deaths, people))
        table = plain_life_table(ages, d[ages].tolist(), p[ages].tolist())
        values.append(table.expectancy[0])
        errors.append(table.se[0])
        weights.append(p.sum())
    slope = plain_inequality.slope_index(values, weights)[0]
    return slope, plain_inequality.slope_index_se(errors, weights)


def test_every_gap_is_that_of_a_plain_calculation(shared: Frames, tmp_path: Path) -> None:
    found = borough_gaps(shared.wards(tmp_path))
    assert len(found) == 10 * 2 * 2
    deaths = plain_sums(shared.deaths, shared.lookup, "deaths_persons")
    people = plain_sums(shared.population, shared.lookup, "population_persons")
    scores = plain_scores(shared)
    given = found[found["reason"] == ""]
    assert set(found["borough_code"]) - set(given["borough_code"]) == {"X09000007", "X09000008"}
    for row in given.itertuples():
        of_row = [
            one.loc[row.borough_code].loc[:, row.sex, row.period_start : row.period_end]
            for one in (deaths, people)
        ]
        slope, se = plain_gap(*of_row, scores)
        # Half of the last of six decimals, and as much again for rounding on the way.
        assert row.gap_years == pytest.approx(slope, abs=1e-6)
        assert row.se_years == pytest.approx(se, abs=1e-6)
        assert row.upper95_years == pytest.approx(slope + 1.959963984540054 * se, abs=2e-6)


def test_a_borough_without_every_ward_or_with_one_is_withheld_with_the_reason(
    shared: Frames, tmp_path: Path
) -> None:
    found = borough_gaps(shared.wards(tmp_path)).set_index("borough_code")
    assert set(found.loc["X09000007", "reason"]) == {"G01"}
    assert set(found.loc["X09000007", "wards_withheld"]) == {1}
    assert set(found.loc["X09000008", "reason"]) == {"G04"}
    assert found.loc[["X09000007", "X09000008"], "gap_years"].isna().all()
    assert "4 rows withheld for G01; 4 rows withheld for G04" in summary(found.reset_index())


def test_nobody_is_lost_or_counted_twice_on_the_way_to_wards(
    shared: Frames, tmp_path: Path
) -> None:
    counts = shared.wards(tmp_path).counts
    for array, frame, name in (
        (counts.deaths, shared.deaths, "deaths_persons"),
        (counts.person_years, shared.population, "population_persons"),
    ):
        blocks = frame.groupby(KEYS)[name].sum().to_numpy().reshape(array.shape[1:])
        assert np.round(array.sum(axis=0), 9).tolist() == blocks.tolist()
    halved = shared.lookup["weight"] < 1
    people = plain_sums(shared.population, shared.lookup, "population_persons")
    of_halved = plain_sums(shared.population, shared.lookup[halved], "population_persons")
    share = of_halved.groupby("ward_code").sum() / people.groupby("ward_code").sum()
    expected = share.fillna(0)[list(counts.areas)]
    assert counts.reassigned.tolist() == pytest.approx(expected.tolist(), abs=1e-12)
    assert halved.sum() == 4


def test_weights_that_were_rounded_lose_nobody(tmp_path: Path) -> None:
    made = frames(SMALL)
    wards = made.lookup["ward_code"][made.lookup["borough_code"] == "X09000000"].unique()[:3]
    thirds = pd.concat([made.lookup.head(1)] * 3).assign(ward_code=wards, weight=0.333333)
    lookup = pd.concat([made.lookup.iloc[1:].assign(weight=1.0), thirds])
    counts = made.changed(lookup=lookup).wards(tmp_path).counts
    assert round(counts.deaths.sum(), 8) == made.deaths["deaths_persons"].sum()
    assert round(counts.person_years.sum(), 8) == made.population["population_persons"].sum()


def test_threads_order_and_kind_of_file_do_not_change_a_byte(
    shared: Frames, tmp_path: Path
) -> None:
    shuffled = shared.changed(
        deaths=shared.deaths.sample(frac=1, random_state=1),
        population=shared.population.sample(frac=1, random_state=2),
        lookup=shared.lookup.sample(frac=1, random_state=3),
    )
    made = []
    for number, (one, kind, threads) in enumerate(
        [(shared, "csv", 1), (shared, "parquet", 2), (shuffled, "csv", 2), (shuffled, "parquet", 3)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        wards = ward_counts(*one.save(folder, kind), threads=threads)
        made.append(as_csv(borough_gaps(wards)))
    assert len(set(made)) == 1


@pytest.mark.long
def test_the_gaps_of_the_twin_scatter_about_its_truth_as_their_errors_say(tmp_path: Path) -> None:
    country = InventedCountry(seed=5, boroughs=10, wards=8, blocks=480)
    wards = ward_counts(**write(country, tmp_path))
    found = borough_gaps(wards).set_index(["borough_code", "sex", "period_start"])
    scores = []
    for number, borough in enumerate(boroughs(country)):
        ward = borough.places["ward"].to_numpy() - number * country.wards
        expected, people = (
            np.stack([one[ward == at].sum(axis=0) for at in range(country.wards)])
            for one in (borough.expected, borough.residents)
        )
        of_borough = np.arange(len(wards.boroughs)) // country.wards == number
        order = np.argsort(-wards.deprivation[of_borough])
        for start in (2001, 2006, 2011, 2016):
            years = slice(start - 2001, start - 1996)
            d, p = (one[order][:, :, years].sum(axis=2) for one in (expected, people))
            e = life_table(d, p, AGES).e[..., 0].T
            truth = slope_index(p.sum(axis=-1).T, e, np.zeros_like(e)).sii
            for sex, true in zip(("female", "male"), truth, strict=True):
                row = found.loc[(f"X09{number:06d}", sex, start)]
                scores.append((row["gap_years"] - true) / row["se_years"])
    # 80 independent scores: limits that a standard normal passes 999 times in 1,000.
    assert abs(np.mean(scores)) < 3.29 / np.sqrt(80)
    assert 0.55 < np.mean(np.square(scores)) < 1.62


def test_the_open_band_is_the_first_that_both_files_can_be_summed_to(tmp_path: Path) -> None:
    made = frames(SMALL)

    def up_to_85(frame: pd.DataFrame, persons: str) -> pd.DataFrame:
        top = frame["age_start_years"] >= 85
        cut = frame.assign(
            age_start_years=frame["age_start_years"].clip(upper=85),
            age_end_years=frame["age_end_years"].mask(top),
        )
        kept = [name for name in cut.columns if name != persons]
        return cut.groupby(kept, dropna=False, as_index=False)[persons].sum()

    population = up_to_85(made.population, "population_persons")
    mixed = made.changed(population=population).wards(tmp_path)
    both = made.changed(
        population=population, deaths=up_to_85(made.deaths, "deaths_persons")
    ).wards(tmp_path)
    assert mixed.counts.age_starts[-1] == 85
    assert mixed.counts.deaths.tolist() == both.counts.deaths.tolist()
    assert mixed.counts.person_years.tolist() == both.counts.person_years.tolist()


def test_wider_bands_can_be_asked_for_and_hold_the_same_people(tmp_path: Path) -> None:
    made = frames(SMALL)
    fine = made.wards(tmp_path).counts
    wide = made.wards(tmp_path, age_starts=(0, 5, 65, 95)).counts
    assert wide.age_starts.tolist() == [0, 5, 65]
    joined = np.stack([fine.deaths[..., a:b].sum(axis=-1) for a, b in ((0, 2), (2, 14), (14, 20))])
    assert wide.deaths.tolist() == np.moveaxis(joined, 0, -1).tolist()


def test_windows_stay_on_one_base(tmp_path: Path) -> None:
    made = frames(SMALL)
    bases = made.population["year"].map(lambda year: "census2001" if year < 2003 else "census2011")
    rebased = made.changed(population=made.population.assign(base=bases)).wards(tmp_path)
    assert rebased.counts.segments.tolist() == [1, 1, 2, 2, 2, 2]
    found = borough_gaps(rebased, window_years=3)
    assert found[["period_start", "base"]].drop_duplicates().to_numpy().tolist() == [
        [2003, "census2011"],
        [2004, "census2011"],
    ]
    with pytest.raises(ValidationError, match="5 years in a row on one base"):
        borough_gaps(rebased)


def test_a_database_that_is_kept_holds_the_counts_and_is_never_written_over(
    tmp_path: Path,
) -> None:
    made, path = frames(SMALL), tmp_path / "kept.duckdb"
    made.wards(tmp_path, database=path)
    with duckdb.connect(str(path), read_only=True) as kept:
        total = kept.execute("SELECT sum(micropersons) / 1000000 FROM deaths").fetchall()
    assert total == [(made.deaths["deaths_persons"].sum(),)]
    with pytest.raises(UsageError, match="name of a new file"):
        made.wards(tmp_path, database=path)


def test_a_database_of_files_that_are_refused_is_not_kept(tmp_path: Path) -> None:
    made, path = frames(SMALL), tmp_path / "kept.duckdb"
    with pytest.raises(ValidationError):
        made.changed(deaths=made.deaths.iloc[1:]).wards(tmp_path, database=path)
    assert not path.exists()


def test_too_little_memory_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="room for the database"):
        frames(SMALL).wards(tmp_path, memory_bytes=100_000)


def test_the_twin_depends_on_its_seed_and_on_nothing_else() -> None:
    again = InventedCountry(seed=3, boroughs=10, wards=4, blocks=120, years=6)
    frames.cache_clear()
    one, other = frames(SMALL), frames(again)
    frames.cache_clear()
    anew = frames(again)
    assert one.deaths.equals(other.deaths)
    assert anew.deaths.equals(one.deaths)
    assert anew.population.equals(one.population)
    assert len(one.deaths) == 120 * 2 * 6 * 20
    another = next(boroughs(InventedCountry(seed=4, boroughs=10, wards=4, blocks=120, years=6)))
    same = next(boroughs(SMALL))
    assert not np.array_equal(another.deaths, same.deaths)


def test_the_command_writes_one_row_a_borough_window_and_sex(tmp_path: Path) -> None:
    paths = [str(path) for path in frames(SMALL).save(tmp_path)]
    expected = as_csv(borough_gaps(ward_counts(*(Path(path) for path in paths))))
    run = CliRunner().invoke
    done = run(app, ["--quiet", "boroughs", *paths, "--out", str(tmp_path / "gaps.csv")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "gaps.csv").read_bytes() == expected
    assert "10 boroughs, 2 windows, 2 sexes. Nothing is withheld." in done.stdout
    assert run(app, ["--quiet", "boroughs", *paths]).stdout_bytes == expected
    rows = json.loads(run(app, ["--quiet", "boroughs", *paths, "--json"]).stdout)
    header = expected.decode().splitlines()[0].split(",")
    assert [list(row) for row in rows] == [header] * 40
    assert run(app, ["boroughs", *paths, "--age-starts", "0;5"]).exit_code == 2

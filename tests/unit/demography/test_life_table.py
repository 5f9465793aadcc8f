"""Life tables: figures, shapes, codes and refusals."""

import warnings

import numpy as np
import pytest
from tests.unit.demography.cases import (
    AGES,
    DEATHS,
    GOLDEN,
    MALE_AGES,
    MALE_RATES,
    POPULATION,
    PUBLISHED,
    near,
)

from gapwatch.codes import FLAGS, REASONS
from gapwatch.demography.life_table import life_table


def changed(values, band, value):
    copy = np.array(values, dtype=float)
    copy[band] = value
    return copy


def test_the_published_example_is_reproduced_to_twelve_digits():
    table = life_table(DEATHS, POPULATION, AGES)
    assert near(table.e[[0, -1]], [GOLDEN["e0"], GOLDEN["e90"]], 1e-12)
    assert near(table.se[[0, -1]], [GOLDEN["e0_se"], GOLDEN["e90_se"]], 1e-12)
    assert (table.reason, table.flags) == ("", "")


def test_standard_errors_are_those_published_for_english_men_by_size_of_population():
    published = PUBLISHED["standard_errors_by_population"]
    for person_years, expected in zip(
        published["person_years"], published["se_years"], strict=True
    ):
        population = MALE_AGES * person_years
        table = life_table(MALE_RATES * population, population, AGES)
        # The schedule is rounded by hand, which is worth about 1% of the standard error.
        assert table.se[0] == pytest.approx(expected, rel=0.02)


def test_the_schedule_behind_that_test_has_the_published_life_expectancy():
    deaths = MALE_RATES * MALE_AGES
    top = [np.append(x[:18], x[18] + x[19]) * 1e6 for x in (deaths, MALE_AGES)]
    expected = PUBLISHED["standard_errors_by_population"]["reference_e0_85_plus"]
    assert life_table(*top, AGES[:19]).e[0] == pytest.approx(expected, abs=0.02)


def test_every_column_obeys_the_identities_of_the_life_table():
    table = life_table(DEATHS, POPULATION, AGES)
    n, a = np.diff(AGES), np.array([0.1] + [0.5] * 18)
    assert near(table.m, DEATHS / POPULATION, 1e-15)
    assert table.l[0] == 1.0
    assert table.q[-1] == 1.0
    died = table.l[:-1] * table.q[:-1]
    assert near(table.l[:-1] - died, table.l[1:])
    assert near(table.L[:-1], n * (table.l[1:] + a * died))
    assert near(table.L[-1], table.l[-1] / table.m[-1])
    assert near(table.T, np.cumsum(table.L[::-1])[::-1])
    assert near(table.e, table.T / table.l)


def test_the_leading_axes_of_the_counts_are_those_of_the_result():
    deaths, population = np.tile(DEATHS, (3, 2, 1)), np.tile(POPULATION, (3, 2, 1))
    table = life_table(deaths, population, AGES)
    assert table.e.shape == table.se.shape == table.lower.shape == table.T.shape == (3, 2, 20)
    assert table.reason.shape == table.flags.shape == (3, 2)
    assert near(table.e, life_table(DEATHS, POPULATION, AGES).e, 1e-15)


def test_a_row_of_levels_adds_a_leading_axis_to_the_interval():
    table = life_table(DEATHS, POPULATION, AGES, level=[0.95, 0.998])
    assert table.lower.shape == table.upper.shape == (2, 20)
    # 97.5% and 99.9% points of the normal distribution, from printed tables.
    assert near(
        (table.upper - table.e)[:, 0] / table.se[0], [1.959963984540054, 3.0902323061678], 1e-12
    )


def test_the_infant_share_applies_only_to_a_first_band_one_year_wide():
    wide = life_table([1e4, 9e4], [1e6, 9e6], [0, 2])
    # n = 2, a = 1/2, M = 1/100: q = 0.02 / 1.01 and e = 2 - q + (1 - q) 100, by hand.
    q = 0.02 / 1.01
    assert near(wide.e[0], 2 - q + (1 - q) * 100, 1e-14)
    narrow = life_table([1e4, 9e4], [1e6, 9e6], [0, 1])
    q = 0.01 / 1.009
    assert near(narrow.e[0], 1 - 0.9 * q + (1 - q) * 100, 1e-14)


def test_single_years_of_age_and_two_bands_both_work():
    ages = np.arange(101)
    deaths, population = np.full(101, 20.0), np.full(101, 1000.0)
    assert life_table(deaths, population, ages).e.shape == (101,)
    assert life_table([50, 100], [6000, 2000], [0, 60]).reason == ""


def test_no_one_survives_a_band_in_which_deaths_exceed_population_over_width():
    # D > P / (n a) = 1000 / 2.5 in the band 40-44 without exceeding the population.
    deaths, population = changed(DEATHS, 9, 500), changed(POPULATION, 9, 1000)
    table = life_table(deaths, population, AGES)
    assert table.q[9] == 1.0
    assert (table.l[10:] == 0).all()
    assert near(table.e[9], 2.5)
    assert near(table.e[10:], life_table(DEATHS, POPULATION, AGES).e[10:], 1e-14)


REFUSED = {
    "S01": (DEATHS / 200, POPULATION * 4999.999 / POPULATION.sum()),
    "S02": (changed(DEATHS, 3, 0), changed(POPULATION, 3, 0)),
    "S03": (changed(DEATHS, 3, 11), changed(POPULATION, 3, 10)),
    "S04": (changed(DEATHS, -1, 0), POPULATION),
    "S06": (changed(DEATHS, 3, -1), POPULATION),
    "S07": (changed(DEATHS, 3, np.nan), POPULATION),
}


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_a_refused_table_is_nan_with_its_code_and_its_neighbours_are_untouched(code):
    D, P = REFUSED[code]
    table = life_table([DEATHS, D, DEATHS], [POPULATION, P, POPULATION], AGES)
    assert table.reason.tolist() == ["", code, ""]
    for column in ["e", "se", "lower", "upper", "m", "q", "l", "L", "T"]:
        values = getattr(table, column)
        assert np.isnan(values[1]).all(), column
        assert np.array_equal(values[0], getattr(life_table(DEATHS, POPULATION, AGES), column))
        assert np.array_equal(values[2], values[0])
    assert (table.reason_at_age[1] == code).all()
    assert table.flags[1] == ""


def test_an_interval_wider_than_twenty_years_is_kept_and_the_value_withheld():
    population = np.array([4000.0, 990.0, 20.0])
    table = life_table([[1, 1, 1]], [population], [0, 40, 80])
    assert table.reason.tolist() == ["S05"]
    assert np.isnan(table.e).all()
    assert np.isnan(table.T).all()
    assert (table.upper - table.lower)[0, 0] > 20
    assert np.isfinite(table.se).all()


def test_the_interval_that_withholds_is_the_95_percent_one_whatever_the_level():
    population = np.array([4000.0, 990.0, 20.0])
    assert life_table([1, 1, 1], population, [0, 40, 80], level=0.1).reason == "S05"
    assert life_table(DEATHS, POPULATION, AGES, level=1 - 1e-12).reason == ""


def test_a_value_at_an_old_age_with_a_useless_interval_carries_a_code_of_its_own():
    table = life_table(changed(DEATHS, -1, 1), changed(POPULATION, -1, 10), AGES)
    assert table.reason == ""
    assert table.reason_at_age[0] == ""
    assert table.reason_at_age[-1] == "S05"


def test_exactly_five_thousand_person_years_are_accepted():
    population = MALE_AGES * 5000
    # Thirds don't add up in binary: the sum falls short of 5,000 by rounding alone.
    thirds = np.array([5000 / 3] * 3) - [0, 0, 2e-12]
    for P, ages in ((population, AGES), (np.full(20, 250.0), AGES), (thirds, [0, 30, 60])):
        deaths = np.asarray(P) * 0.02
        assert "S01" not in life_table(deaths, P, ages).all_reasons
    short = np.full(20, 250.0)
    short[0] -= 0.001
    assert life_table(short * 0.02, short, AGES).reason == "S01"


def test_a_fault_of_the_data_is_named_before_a_shortage_and_all_are_listed():
    table = life_table([-1, 5, 0], [0, 4, 10], [0, 40, 80])
    assert table.reason == "S06"
    assert table.all_reasons == "S01 S02 S03 S04 S06"
    assert life_table([np.nan, 5, 0], [0, 4, 10], [0, 40, 80]).all_reasons == "S07"


def test_a_masked_count_is_a_missing_band_and_not_the_number_under_the_mask():
    masked = np.ma.masked_array(POPULATION, mask=np.arange(20) == 4)
    assert life_table(DEATHS, masked, AGES).reason == "S07"


@pytest.mark.parametrize(
    ("deaths", "flags"),
    [
        (changed(DEATHS, -1, 10), ""),
        (changed(DEATHS, -1, 9), "Q01"),
        (changed(DEATHS, 2, 0), "Q02"),
        (changed(DEATHS, [2, -1], [0, 9]), "Q01 Q02"),
    ],
)
def test_flags_say_what_a_reader_should_know(deaths, flags):
    population = changed(POPULATION, -1, deaths[-1] * 6)
    assert life_table(deaths, population, AGES).flags == flags


def test_wide_intervals_and_pandemic_years_are_flagged():
    population = MALE_AGES * 5000
    table = life_table(MALE_RATES * population, population, AGES, pandemic_year=True)
    assert table.flags == "Q01 Q03 Q04"
    pair = life_table([DEATHS] * 2, [POPULATION] * 2, AGES, pandemic_year=[False, True])
    assert pair.flags.tolist() == ["", "Q04"]


def test_every_code_that_can_occur_is_documented():
    assert sorted(REASONS) == [f"S0{i}" for i in range(1, 8)]
    assert sorted(FLAGS) == [f"Q0{i}" for i in range(1, 5)]


def test_the_result_does_not_depend_on_how_many_tables_are_computed_together():
    rng = np.random.Generator(np.random.PCG64(7))
    population = rng.uniform(50, 3000, (9001, 5))
    deaths = np.floor(population * rng.uniform(0, 0.2, (9001, 5)))
    together = life_table(deaths, population, [0, 1, 30, 60, 85])
    for row in (0, 4095, 4096, 9000):
        alone = life_table(deaths[row], population[row], [0, 1, 30, 60, 85])
        assert np.array_equal(alone.e, together.e[row], equal_nan=True)
        assert alone.reason == together.reason[row]


def test_integers_floats_lists_and_strided_arrays_give_the_same_table():
    expected = life_table(DEATHS, POPULATION, AGES).e
    for kind in (np.int32, np.uint32, np.int64, np.float32):
        assert np.array_equal(
            life_table(DEATHS.astype(kind), POPULATION.astype(kind), AGES).e, expected
        )
    columns = np.stack([DEATHS, POPULATION], axis=1)
    assert np.array_equal(life_table(columns[:, 0], columns[:, 1], AGES).e, expected)
    assert np.array_equal(life_table(DEATHS.tolist(), POPULATION.tolist(), AGES).e, expected)


def test_small_integer_types_do_not_overflow():
    deaths = np.full(20, 100, dtype=np.uint8)
    population = np.full(20, 60000, dtype=np.uint16)
    table = life_table(deaths, population, AGES)
    assert near(table.e, life_table(deaths.astype(float), population.astype(float), AGES).e, 1e-15)


def test_the_inputs_are_left_alone_and_the_results_cannot_be_changed():
    deaths, population = DEATHS.copy(), POPULATION.copy()
    table = life_table(deaths, population, AGES)
    before = table.e.copy()
    deaths[:] = 0
    assert np.array_equal(table.e, before)
    assert near(table.q[3], life_table(DEATHS, POPULATION, AGES).q[3], 1e-15)
    for column in ("e", "se", "m", "q", "l", "L", "T", "lower", "age_starts"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(table, column)[0] = 1.0


def test_no_warning_escapes_from_the_worst_tables():
    rows = [D for D, _ in REFUSED.values()] + [np.zeros(20), np.full(20, 1e-300)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = life_table(rows, [P for _, P in REFUSED.values()] + [POPULATION] * 2, AGES)
        for column in ("lower", "q", "l", "L", "T", "reason", "flags", "reason_at_age"):
            getattr(table, column)
    assert (table.reason != "").all()

"""Westminster's priorities against figures worked out by others from the publisher's columns."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from tests.oracles import priorities as oracle
from tests.realdata import folder

from gapwatch import snapshots
from gapwatch.project import Project
from gapwatch.study import Study

Frames = dict[str, pd.DataFrame]
EXACT = 5e-13
NAN = float("nan")

# Ward Atlas on 2011 wards, worse-off side the north. Each number as the specification prints it:
# value and how many decimals it has.
PRINTED = {
    "social-renting": (
        {"worse_numerator": (14055, 0), "worse_denominator": (41197, 0)}
        | {"better_numerator": (13293, 0), "better_denominator": (64575, 0)}
        | {"worse_value": (34.117, 3), "better_value": (20.585, 3), "difference": (13.531, 3)}
        | {"difference_lower95": (12.978, 3), "difference_upper95": (14.085, 3)}
        | {"split_share": (0.068, 3), "correlation": (-0.82, 2)}
    ),
    "possession-orders": (
        {"worse_numerator": (375, 0), "worse_denominator": (27620, 0)}
        | {"better_numerator": (395, 0), "better_denominator": (41677, 0)}
        | {"worse_value": (13.577, 3), "better_value": (9.478, 3), "ratio": (1.433, 3)}
        | {"ratio_lower95": (1.244, 3), "ratio_upper95": (1.650, 3)}
        | {"split_share": (0.029, 3), "correlation": (-0.68, 2)}
    ),
    "children-out-of-work-homes": (
        {"worse_value": (23.726, 3), "better_value": (13.408, 3), "difference": (10.318, 3)}
        | {"difference_lower95": (9.577, 3), "difference_upper95": (11.056, 3)}
        | {"split_share": (0.063, 3), "correlation": (-0.87, 2)}
    ),
    "unemployed": (
        {"worse_value": (9.671, 3), "better_value": (6.425, 3), "difference": (3.246, 3)}
        | {"difference_lower95": (2.925, 3), "difference_upper95": (3.570, 3)}
        | {"split_share": (0.010, 3), "correlation": (-0.77, 2)}
    ),
    "bad-health": (
        {"worse_value": (7.383, 3), "better_value": (4.653, 3), "difference": (2.730, 3)}
        | {"difference_lower95": (2.526, 3), "difference_upper95": (2.935, 3)}
        | {"split_share": (0.003, 3), "correlation": (-0.83, 2)}
    ),
    "lone-parents": (
        {"worse_value": (13.355, 3), "better_value": (6.205, 3), "difference": (7.150, 3)}
        | {"difference_lower95": (6.774, 3), "difference_upper95": (7.529, 3)}
        | {"split_share": (0.001, 3), "correlation": (-0.79, 2)}
    ),
    "no2": (
        {"worse_value": (41.181, 3), "better_value": (46.424, 3), "difference": (-5.242, 3)}
        | {"difference_lower95": (NAN, 0), "difference_upper95": (NAN, 0)}
        | {"split_share": (0.013, 3), "correlation": (0.06, 2)}
    ),
    "burglary": (
        {"worse_value": (12.841, 3), "better_value": (13.953, 3), "ratio": (0.920, 3)}
        | {"ratio_lower95": (0.827, 3), "ratio_upper95": (1.025, 3)}
        | {"split_share": (0.72, 2), "correlation": (0.20, 2)}
    ),
    "all-offences": (
        {"worse_value": (66.70, 2), "better_value": (311.20, 2), "difference": (NAN, 0)}
        | {"ratio": (NAN, 0), "split_share": (NAN, 0), "correlation": (NAN, 0)}
    ),
    "smr-2009-13": (
        {"worse_numerator": (2589, 0), "worse_denominator": (2910.25, 2)}
        | {"better_numerator": (2961, 0), "better_denominator": (3887.88, 2)}
        | {"worse_value": (88.961, 3), "better_value": (76.160, 3), "ratio": (1.168, 3)}
        | {"ratio_lower95": (1.108, 3), "ratio_upper95": (1.231, 3)}
        | {"split_share": (0.139, 3), "correlation": (-0.94, 2)}
    ),
}


@pytest.fixture(scope="module")
def comparison(made: Frames) -> pd.DataFrame:
    return made["priority_comparison"].set_index("indicator")


@pytest.mark.parametrize("indicator", list(PRINTED))
def test_each_row_is_as_printed(comparison: pd.DataFrame, indicator: str) -> None:
    row = comparison.loc[indicator]
    for column, (printed, decimals) in PRINTED[indicator].items():
        found = float(row[column])
        if np.isnan(printed):
            assert np.isnan(found), column
        else:
            assert abs(found - printed) <= 0.5 * 10**-decimals + EXACT, (column, found)


def test_what_is_printed_as_a_word_is_a_code(comparison: pd.DataFrame) -> None:
    assert comparison.loc["all-offences", "reason"] == "P02"
    assert "reversed" in comparison.loc["no2", "flags"].split(";")
    assert "no-sign" in comparison.loc["burglary", "flags"].split(";")
    assert "no-sign" not in comparison.loc["bad-health", "flags"].split(";")
    assert set(comparison["measure"]) == {"north-v-south"}


def test_every_split_of_twenty_wards_was_tried(comparison: pd.DataFrame) -> None:
    row = comparison.loc["unemployed"]
    assert (row["splits"], row["split_basis"]) == (125_970, "exact")
    of_18 = comparison.loc["year-6-obesity"]
    assert (of_18["areas"], of_18["areas_withheld"], of_18["splits"]) == (18, 2, 43_758)


def test_intervals_are_those_of_the_oracle(comparison: pd.DataFrame) -> None:
    checked = 0
    for name, row in comparison[comparison["reason"] == ""].iterrows():
        counts = [
            float(row[f"{side}_{part}"])
            for side in ("worse", "better")
            for part in ("numerator", "denominator")
        ]
        if row["interval_basis"] == "newcombe":
            wanted = [100 * part for part in oracle.newcombe(*counts)]
            found = [float(row[f"difference{end}"]) for end in ("", "_lower95", "_upper95")]
        elif row["interval_basis"] == "poisson-score":
            wanted = list(oracle.score_ratio(*counts))
            found = [float(row[f"ratio{end}"]) for end in ("", "_lower95", "_upper95")]
        else:
            continue
        assert found == pytest.approx(wanted, abs=2e-5), name
        checked += 1
    assert checked > 20


def test_the_exact_interval_of_burglary_is_wider_and_stands_beside_it(
    comparison: pd.DataFrame,
) -> None:
    row = comparison.loc["burglary"]
    wanted = oracle.exact_ratio(529, 41197, 901, 64575)
    exact = (float(row["ratio_exact_lower95"]), float(row["ratio_exact_upper95"]))
    assert exact == pytest.approx(wanted[1:], abs=1e-5)
    assert exact[0] < row["ratio_lower95"]
    assert row["ratio_upper95"] < exact[1]


EXCESS = {
    "Westbourne": (34.9, 26.5, 43.3),
    "Queen's Park": (20.7, 13.6, 28.1),
    "Harrow Road": (18.5, 11.6, 25.6),
    "Church Street": (12.7, 5.3, 20.3),
}


def test_excess_deaths_are_as_printed(made: Frames) -> None:
    locality = made["locality"].set_index("area_name")
    columns = ["excess_deaths_a_year", "excess_lower95_a_year", "excess_upper95_a_year"]
    for name, printed in EXCESS.items():
        assert (
            np.abs(locality.loc[name, columns].astype(float) - np.array(printed)).max()
            <= 0.05 + EXACT
        )
    assert abs(float(locality.loc["Westbourne", "p_largest"]) - 0.99) <= 0.005
    assert float(locality["p_largest"].sum()) == pytest.approx(1.0)
    assert set(locality["sex"]) == {"persons"}
    assert set(locality["basis"]) == {"published-smr"}
    targeting = made["targeting"]
    north = targeting[targeting["scope"] == "side"].iloc[0]
    assert north["area"] == "north"
    assert (
        np.abs(north[columns].astype(float) - np.array([74.5, 48.9, 100.1])).max() <= 0.05 + EXACT
    )


def test_reach_ends_with_everybody_and_with_the_excess_of_the_worse_off_side(
    made: Frames,
) -> None:
    # The better-off side has no excess over its own rates, so all areas have that of the other.
    areas = made["targeting"][made["targeting"]["scope"] == "area"]
    last = areas.iloc[-1]
    assert last["residents_share"] == 1.0
    assert last["cumulative_excess_a_year"] == pytest.approx(74.5121, abs=1e-3)
    per_head = areas["excess_deaths_a_year"] / areas["residents_share"].diff().fillna(
        areas["residents_share"].iloc[0]
    )
    assert (per_head.diff().dropna() <= 0).all()


def test_most_deprivation_indicators_are_one_axis(made: Frames) -> None:
    alignment = made["priority_alignment"].set_index("indicator")
    on = alignment[alignment["on_axis"].astype(bool)]
    assert len(on) == on["axis_indicators"].iloc[0] >= 10
    assert float(on["axis_share"].iloc[0]) > 0.6
    assert (on["reading"] == "aligned").all()
    assert alignment.loc["smr-2009-13", "reading"] == "same-deaths"
    assert alignment.loc["no2", "reading"] == "no-sign"
    assert alignment.loc["social-renting", "reading"] == "context"
    assert np.isnan(alignment.loc["social-renting", "q"])
    assert set(alignment["life_period_end"]) == {2014}


def test_every_priority_has_indicators_or_gaps(made: Frames, study: Study) -> None:
    compared = made["priority_comparison"]
    assert len(compared) >= 40
    for one in study.priorities:
        assert (compared["priority"] == one.id).any()
        assert (made["evidence_gap"]["priority"] == one.id).any()


def test_shipped_figures_are_the_publishers_own(shipped: Project) -> None:
    rows = list(csv.reader((folder("gla") / "ward-atlas-data.csv").open(encoding="cp1252")))
    header = [text.strip().rstrip(";").strip() for text in rows[0]]
    by_code = {row[1]: row for row in rows[1:]}
    snapshot = snapshots.load(shipped.raw, snapshots.ids(shipped.raw, "")[-1])
    (content,) = snapshots.read_objects(shipped.raw, snapshot.pin("ward-atlas-figures"))
    written = list(csv.DictReader(io.StringIO(content.decode())))
    assert len(written) == 95 * 20
    for row in written:
        cell = by_code[row["area_code"]][header.index(row["heading"])].strip().replace(",", "")
        assert row["value"] == ("" if cell.lower() in ("", "n/a") else cell)

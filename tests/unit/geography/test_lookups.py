"""Lookups: shares that add up, counts that stay what they were."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch.errors import ValidationError
from gapwatch.geography.lookups import Lookup, best_fit, compose, read, reverse


def rows(
    *pairs: tuple[str, str, float], kinds: tuple[str, str] = ("small", "large")
) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["from_code", "to_code", "weight"])
    return frame.assign(source="s", from_geography=kinds[0], to_geography=kinds[1])


def weights(lookup: Lookup) -> dict[tuple[str, str], float]:
    return {(r.from_code, r.to_code): r.weight for r in lookup.pairs.itertuples()}


def test_shares_rounded_to_six_decimals_add_up_to_one_again() -> None:
    lookup = read(rows(*((("a", to, 0.333333)) for to in "xyz")), "s")
    assert weights(lookup)["a", "x"] == pytest.approx(1 / 3, abs=1e-15)


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "x", 0.5), ("a", "y", 0.4)],
        [("a", "x", 0.9999)],
        [("a", "x", 0.5), ("a", "x", 0.5)],
        [("a", "x", float("nan"))],
        [("a", "x", 1.5), ("a", "y", -0.5)],
    ],
)
def test_shares_that_do_not_add_up_and_pairs_given_twice_are_refused(
    pairs: list[tuple[str, str, float]],
) -> None:
    with pytest.raises(ValidationError):
        read(rows(*pairs), "s")


def test_composing_multiplies_shares_along_each_way() -> None:
    first = read(rows(("a", "m", 0.25), ("a", "n", 0.75), kinds=("small", "middle")), "s")
    then = read(
        rows(("m", "x", 1.0), ("n", "x", 0.2), ("n", "y", 0.8), kinds=("middle", "large")), "t"
    )
    # a to x: 0.25 x 1 + 0.75 x 0.2 = 0.4; a to y: 0.75 x 0.8 = 0.6.
    assert weights(compose(first, then)) == pytest.approx({("a", "x"): 0.4, ("a", "y"): 0.6})
    with pytest.raises(ValidationError, match="none for n"):
        compose(first, read(rows(("m", "x", 1.0), kinds=("middle", "large")), "t"))


def test_turning_round_weights_by_residents() -> None:
    lookup = read(rows(("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5)), "s")
    # x holds 100 of a and 200 of b's 400; y holds the other 200 of b.
    turned = reverse(lookup, pd.Series({"a": 100, "b": 400}))
    assert weights(turned) == pytest.approx(
        {
            ("x", "a"): 1 / 3,
            ("x", "b"): 2 / 3,
            ("y", "b"): 1.0,
        }
    )
    assert not turned.assumed


def test_turning_round_without_residents_counts_areas_equally_and_says_which() -> None:
    lookup = read(rows(("a", "x", 1.0), ("b", "x", 1.0), ("c", "y", 1.0)), "s")
    turned = reverse(lookup)
    assert weights(turned) == {("x", "a"): 0.5, ("x", "b"): 0.5, ("y", "c"): 1.0}
    assert turned.assumed == {"x"}
    nobody = reverse(lookup, pd.Series({"a": 0, "b": 0, "c": 5}))
    assert weights(nobody) == weights(turned)
    assert nobody.assumed == {"x"}
    with pytest.raises(ValidationError, match="none for c"):
        reverse(lookup, pd.Series({"a": 0, "b": 0}))


def test_best_fit_is_the_largest_share_and_the_first_code_where_two_tie() -> None:
    lookup = read(rows(("a", "x", 0.4), ("a", "y", 0.6), ("b", "y", 0.5), ("b", "x", 0.5)), "s")
    assert best_fit(lookup).to_dict() == {"a": "y", "b": "x"}


def test_equal_shares_of_several_areas_are_taken_for_assumed_and_others_are_not() -> None:
    lookup = read(
        rows(("a", "x", 0.5), ("a", "y", 0.5), ("b", "x", 0.4), ("b", "y", 0.6), ("c", "y", 1.0)),
        "s",
    )
    assert lookup.assumed == {"a"}

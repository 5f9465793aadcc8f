"""The steps of a number lead from one end to the other, each put down to its kind."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gapwatch import tables
from gapwatch.audit.revisions.figures import Key
from gapwatch.audit.revisions.ledger import Mix, chain, counts, headline
from gapwatch.contracts import KINDS
from tests.unit.audit.releases import require_exact

GAP_KEY, P_KEY, VERDICT_KEY = (
    Key("gap", "", "made", "male", "2001 to 2005", "gap_years"),
    Key("verdict", "", "made", "male", "", "p_target"),
    Key("verdict", "", "made", "male", "", "verdict"),
)


def steps(found: pd.DataFrame) -> list[tuple[object, ...]]:
    named = found[["step", "kind", "from_value", "to_value", "reason"]]
    return list(named.itertuples(index=False, name=None))


def test_a_mix_that_cannot_be_made_is_joined_with_the_next() -> None:
    mixes: list[Mix] = [
        ("code", {GAP_KEY: "9"}),
        ("study", None),
        ("vintage", {GAP_KEY: "8.5"}),
        ("revised", None),
        ("period", None),
    ]
    found = chain({GAP_KEY: "9"}, {GAP_KEY: "8.25"}, mixes)
    assert steps(found) == [
        (3, "study and vintage", "9", "8.5", ""),
        (6, "revised, period and code", "8.5", "8.25", ""),
    ]
    assert list(found["change"]) == [-0.5, -0.25]


def test_without_any_mix_all_kinds_are_joined() -> None:
    found = chain({GAP_KEY: "9"}, {GAP_KEY: "8"}, [(kind, None) for kind in KINDS])
    assert steps(found) == [(6, "code, study, vintage, revised and period", "9", "8", "")]


def test_a_number_missing_in_one_mix_alone_is_joined_for_itself() -> None:
    mixes: list[Mix] = [
        ("study", {GAP_KEY: "", P_KEY: "0.25"}),
        ("vintage", {GAP_KEY: "8", P_KEY: "0.5"}),
    ]
    found = chain({GAP_KEY: "9", P_KEY: "0.125"}, {GAP_KEY: "8", P_KEY: "0.5"}, mixes)
    assert steps(found) == [
        (2, "study and vintage", "9", "8", ""),
        (1, "study", "0.125", "0.25", ""),
        (2, "vintage", "0.25", "0.5", ""),
    ]
    assert list(found["unit"]) == ["years", "probability", "probability"]


def test_what_comes_goes_or_is_in_words_has_a_reason_and_no_change() -> None:
    before = {GAP_KEY: "", P_KEY: "0.5", VERDICT_KEY: "on track"}
    after = {GAP_KEY: "9", P_KEY: "", VERDICT_KEY: "too early to tell"}
    found = chain(before, after, [("period", after)])
    assert steps(found) == [
        (1, "period", "", "9", "came"),
        (1, "period", "0.5", "", "went"),
        (1, "period", "on track", "too early to tell", "words"),
    ]
    assert found["change"].isna().all()
    moved = headline(found, "made", "male", "2001 to 2005")
    assert moved is not None
    assert moved.total is None
    assert moved.parts == (("period", None),)


def test_a_number_written_in_another_way_did_not_move() -> None:
    assert chain({GAP_KEY: "9.50"}, {GAP_KEY: "9.5"}, [("code", {GAP_KEY: "9.5"})]).empty


def test_steps_of_a_kind_that_cancel_out_are_told_and_not_counted() -> None:
    """Other code made both releases: what it does differently is none of the change."""
    mixes: list[Mix] = [("code", {GAP_KEY: "9.1"}), ("revised", {GAP_KEY: "8.1"})]
    found = chain({GAP_KEY: "9"}, {GAP_KEY: "8"}, mixes)
    assert list(found["change"]) == [0.1, -1.0, -0.1]
    assert counts(found) == {"revised": 1}
    moved = headline(found, "made", "male", "2001 to 2005")
    assert moved is not None
    assert moved.parts == (("revised", Decimal("-1.0")),)
    assert moved.total == -1


TEXTS = st.one_of(
    st.integers(-(10**9), 10**9).map(lambda n: tables.csv_text(n / 10**6)),
    st.sampled_from(["", "on track", "off track", "Q03"]),
)
FIGURES = st.dictionaries(st.sampled_from([GAP_KEY, P_KEY, VERDICT_KEY]), TEXTS)
MIXES = st.tuples(*(st.tuples(st.just(kind), st.one_of(st.none(), FIGURES)) for kind in KINDS))


@given(earlier=FIGURES, later=FIGURES, mixes=MIXES)
def test_the_steps_of_every_number_lead_from_one_end_to_the_other(
    earlier: dict[Key, str], later: dict[Key, str], mixes: tuple[Mix, ...]
) -> None:
    require_exact(chain(earlier, later, mixes), earlier, later)

"""The published numbers of a release, from its frames or its bytes."""

from __future__ import annotations

import pandas as pd
import pytest

from gapwatch import tables
from gapwatch.audit.revisions.figures import NEWEST, Key, figures, published
from gapwatch.audit.revisions.ledger import chain
from gapwatch.contracts import GAP, VERDICT
from gapwatch.errors import IntegrityError
from gapwatch.project import Project
from tests.unit.audit.releases import (
    HEADLINE,
    Release,
    gap_of,
    shipped_release,
)


@pytest.fixture(scope="module")
def whole(shipped: Project) -> Release:
    """The shipped study and snapshot."""
    return shipped_release(shipped)


def test_figures_of_frames_and_of_exported_bytes_are_the_same(whole: Release) -> None:
    found = figures(*whole.frames)
    assert found == whole.published
    gaps, verdicts = whole.frames
    cells = len(gaps) * (len(GAP.coded.names) - len(GAP.key))
    cells += len(verdicts) * (len(VERDICT.coded.names) - len(VERDICT.key))
    cells -= len(gaps) + len(verdicts)  # of which years a row is, is no figure
    # And for each measure and sex the newest gap, with its window.
    assert len(found) == cells + 2 * len(verdicts)
    assert found[gap_of(NEWEST)._replace(figure="window")] == "2010 to 2014"
    assert found[gap_of("2005 to 2009")] == "14.095586"
    assert found[gap_of(NEWEST)] == found[gap_of("2010 to 2014")]


def test_the_newest_gap_is_the_last_given_one_after_the_last_break(
    whole: Release,
) -> None:
    gaps, verdicts = whole.frames
    mine = (gaps["measure"] == HEADLINE[0]) & (gaps["sex"] == "male")

    def newest(withheld: pd.Series) -> str:
        changed = gaps.copy()
        changed.loc[mine & withheld, "gap_years"] = float("nan")
        return figures(changed, verdicts)[gap_of(NEWEST)]

    given = figures(gaps, verdicts)
    assert newest(gaps["period_end"] == 2014) == given[gap_of("2009 to 2013")]
    assert newest(gaps["segment"] == 2) == ""


def test_figures_of_other_columns_are_read_and_their_move_is_codes(
    whole: Release,
) -> None:
    """An earlier version published a column that today's doesn't, and lacked another."""
    content = whole.files["data/verdict.csv"].decode()
    older = content.replace("p_narrowing", "p_closing", 1).encode()
    before = published({**whole.files, "data/verdict.csv": older})
    found = chain(before, whole.published, [("code", whole.published)])
    assert set(found["kind"]) == {"code"}
    assert set(zip(found["figure"], found["reason"], strict=True)) == {
        ("p_closing", "went"),
        ("p_narrowing", "came"),
    }


def test_a_notice_in_the_exports_is_no_figure(whole: Release) -> None:
    gaps, _ = whole.frames
    content = tables.to_csv(GAP.coded, gaps, banner="Invented figures")
    assert published({**whole.files, "data/gap.csv": content}) == (whole.published)


BRIDGED = (
    b"geography,measure,sex,period_start,period_end,gap_years,reason\n"
    b"msoa2021,north-v-south,male,2018,2022,4.5,\n"
)


def test_bridged_gaps_are_figures_of_their_geography(whole: Release) -> None:
    found = published({**whole.files, "data/bridged_gap.csv": BRIDGED})
    mine = {key: value for key, value in found.items() if key.table == "bridged_gap"}
    place = ("bridged_gap", "msoa2021", "north-v-south", "male", "2018 to 2022")
    assert mine == {Key(*place, "gap_years"): "4.5", Key(*place, "reason"): ""}
    ledger_of_it = chain(whole.published, found, [])
    assert list(ledger_of_it["geography"]) == ["msoa2021"]
    assert list(ledger_of_it["unit"]) == ["years"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "data/gap.csv"),
        (b"", "a table in CSV"),
        (b"\xff\xfe", "a table in CSV"),
        (b"measure,sex,gap_years\nmade,male,1\n", "no period_start, period_end"),
        (b"measure,sex,period_start,period_end,x\na,male,2001,2005\n", "row 2"),
        (b"measure,sex,period_start,period_end,x\n" + 2 * b"a,male,2001,2005,1\n", "row 3"),
    ],
)
def test_a_release_whose_table_cannot_be_read_is_refused(
    whole: Release, content: bytes | None, said: str
) -> None:
    files = {**whole.files, "data/gap.csv": content}
    with pytest.raises(IntegrityError, match=said):
        published({name: each for name, each in files.items() if each is not None})

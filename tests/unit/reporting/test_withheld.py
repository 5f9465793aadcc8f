"""A withheld newest window is named with its reason; an older one never passes for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.unit.reporting import samples as s

from gapwatch.reporting.chapters.measures import section
from gapwatch.reporting.chapters.verdict.section import answers, one_sentence
from gapwatch.reporting.evidence.case import Case


def withheld_newest() -> Case:
    """Everything of the last window is withheld, for every measure and sex."""
    tables = s.tables("cannot calculate", reason_code="V02")
    gap: pd.DataFrame = tables["gap"].copy()
    newest = gap["period_start"] == s.NEWEST[0]
    for column in ("gap_years", "lower95_years", "upper95_years", "relative_gap"):
        gap.loc[newest, column] = np.nan
    gap.loc[newest, "reason"] = "G01"
    return s.case(s.study(), s.facts(), {**tables, "gap": gap})


def flat(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_sentence_for_a_terminal_says_that_the_newest_is_withheld() -> None:
    text = flat(one_sentence(withheld_newest()))
    assert text.endswith("The figure for 2011 to 2015 is withheld.")


def test_the_first_answer_names_the_withheld_window_and_its_reason() -> None:
    first = answers(withheld_newest())[0]
    assert flat(first.more[0]).startswith("The gap for males cannot be given for 2011 to 2015: ")


def test_the_register_says_withheld_and_dates_its_rows_alike() -> None:
    tables = [block for block in section(withheld_newest()).blocks if block.kind == "table"]
    assert tables
    for table in tables:
        assert table.note.startswith("Newest: 2011 to 2015.")
        assert all(row[1].startswith("withheld: ") for row in table.rows)


def test_nothing_is_said_of_withheld_windows_where_there_are_none() -> None:
    case = s.case(s.study(), s.facts(), s.tables("on track"))
    assert "withheld" not in one_sentence(case)

"""The register: a window of its own is named, and a correction says which way it goes."""

from __future__ import annotations

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples

from gapwatch.reporting.chapters.measures import section
from gapwatch.reporting.document import Items, Paragraph, ReportTable
from gapwatch.reporting.evidence.case import Case


def case(change: float = 2.0) -> Case:
    tables = samples.tables()
    gap = tables["gap"]
    changed = gap.assign(naive_gap_years=gap["gap_years"] + change)
    return samples.case(samples.study(), samples.facts(), {**tables, "gap": changed})


def said(found: Case) -> str:
    blocks = section(found).blocks
    told = [b.text for b in blocks if isinstance(b, Paragraph)]
    told += [text for b in blocks if isinstance(b, Items) for text in b.items]
    return " ".join(told)


@pytest.mark.parametrize(("change", "larger"), [(2.0, False), (-0.5, True)])
def test_a_correction_that_enlarges_is_not_said_to_take_away(change: float, larger: bool) -> None:
    text = said(case(change))
    assert ("makes the gap look bigger than it is" in text) != larger
    assert ("Here the correction gives a larger figure: it averages over" in text) == larger


def test_a_row_of_another_window_shows_it_beside_its_figure() -> None:
    gap = computed.gap(tuple(range(2004, 2024)))
    found = computed.case(gap=gap)
    table = next(b for b in section(found).blocks if isinstance(b, ReportTable))
    ends = [row[1] for row in table.rows]
    assert sum(text.endswith((", 2023 alone", ", 2019 to 2023")) for text in ends) == 1


def test_rows_of_one_window_do_not_repeat_it() -> None:
    table = next(b for b in section(case()).blocks if isinstance(b, ReportTable))
    assert all(row[1].endswith(")") for row in table.rows)


def test_the_baseline_has_its_interval_where_its_window_is_one_of_the_trend() -> None:
    def shown(found: Case) -> str:
        table = next(b for b in section(found).blocks if isinstance(b, ReportTable))
        return table.rows[0][2]

    assert shown(case()) == "10.0 (8.0 to 12.0)"
    gap = case().tables["gap"]
    mine = (gap["period_start"] == 2004) & (gap["period_end"] == 2008)
    without = {**case().tables, "gap": gap.assign(lower95_years=gap["lower95_years"].mask(mine))}
    assert shown(samples.case(samples.study(), samples.facts(), without)) == "10.0"
    other = samples.tables(baseline_gap_years=9.4)
    assert shown(samples.case(samples.study(), samples.facts(), other)) == "9.4"

"""What a replay says to a person: the answer's own tables first, and something of every file."""

from __future__ import annotations

from gapwatch.audit.compare.files import Difference
from gapwatch.replaying import Replayed, in_words


def said(counts: dict[str, int], shown: int) -> list[str]:
    """The lines after what the result is, for so many differences of each file."""
    parts = tuple(
        Difference(file=name, place=f"row {number}", expected="1", found="2")
        for name, several in sorted(counts.items())
        for number in range(1, several + 1)
    )
    replayed = Replayed(
        release="2026-11-01-abcdef",
        reading="with current code",
        own_code=False,
        identical=False,
        files=9,
        verdict="on track",
        verdict_now="on track",
        causes=("The code differs: a -> b.",),
        differences=parts,
    )
    first, second, third, *rest = in_words(replayed, shown).splitlines()
    assert (first, second, third) == (
        "Different: 2026-11-01-abcdef (with current code: other code than its own).",
        "The verdict is the same: on track.",
        "Because: The code differs: a -> b.",
    )
    return [line.strip() for line in rest]


def test_gap_and_verdict_are_told_before_other_tables_and_papers() -> None:
    told = said({"annex.pdf": 1, "data/areas.csv": 1, "data/gap.csv": 1, "data/verdict.csv": 1}, 20)
    assert [line.partition(",")[0] for line in told] == [
        "data/gap.csv",
        "data/verdict.csv",
        "data/areas.csv",
        "annex.pdf",
    ]


def test_no_file_takes_every_line_from_the_others_and_what_is_left_out_is_counted() -> None:
    told = said({"data/areas.csv": 50, "data/gap.csv": 50, "manifest.json": 2}, 20)
    assert [line.partition(",")[0] for line in told[:-1]] == [
        *["data/gap.csv"] * 5,
        *["data/areas.csv"] * 5,
        *["manifest.json"] * 2,
    ]
    assert told[-1] == "and 90 more: see --json"


def test_as_many_lines_as_may_be_shown_and_no_more() -> None:
    told = said({f"data/{letter}.csv": 5 for letter in "abcdef"}, 20)
    assert len(told) == 21
    assert told[-1] == "and 10 more: see --json"


def test_a_difference_that_is_alone_has_no_more() -> None:
    assert said({"report.html": 1}, 20) == ["report.html, row 1: 1 -> 2"]

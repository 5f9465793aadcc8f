"""A good verdict that comes from the better-off side getting worse is no success, and says so."""

import pytest
from tests.unit.reporting import computed_samples as computed
from tests.unit.reporting import samples
from tests.unit.reporting.test_age_words import down, moved

from gapwatch import codes
from gapwatch.contracts import GAP_CHANGE
from gapwatch.contracts.findings import LevellingDown
from gapwatch.reporting.chapters.cut import section as section_take
from gapwatch.reporting.chapters.verdict.section import answers, banner, one_sentence
from gapwatch.reporting.evidence import levelling_down as levelling
from gapwatch.reporting.summary import words as summary_words

PARTLY = (
    "Part of the narrowing is that life expectancy fell in Castle. That part is levelling "
    "down, and no success."
)
CLOSING = [
    (codes.BETTER_WORSENS, ""),
    (codes.BETTER_WORSENS_FASTER, ""),
    (codes.BOTH_MOVE, PARTLY),
    (codes.WORSE_IMPROVES, ""),
    (codes.WORSE_IMPROVES_FASTER, ""),
    (codes.NEITHER_CLEAR, ""),
    ("", ""),
]


def told(closing, found=None, **changes):
    tables = samples.tables("on track", closing_code=closing, **changes)
    row = samples.case(samples.study(), samples.facts(), tables).verdict
    return levelling.no_success(row, "in Castle", "Castle", found)


@pytest.mark.parametrize(("closing", "text"), CLOSING)
def test_only_the_better_off_side_getting_worse_is_no_success(closing, text):
    assert told(closing) == text


@pytest.mark.parametrize("verdict", ["target met", "on track"])
@pytest.mark.parametrize(("closing", "text"), CLOSING)
def test_a_good_verdict_carries_the_warning_or_its_label_and_loses_its_colour(
    verdict, closing, text
):
    case = samples.case(
        samples.study(), samples.facts(), samples.tables(verdict, closing_code=closing)
    )
    found, down = banner(case), closing in codes.WORSENING_ALONE
    assert found.tone == ("open" if text or down else "good")
    assert (found.verdict == "Levelling down") == down
    assert (text in found.because) == bool(text)
    assert ("no success" in one_sentence(case)) == down


@pytest.mark.parametrize("verdict", ["off track", "wrong direction", "too early to tell"])
def test_other_verdicts_sell_nothing_and_need_no_warning(verdict):
    tables = samples.tables(verdict, closing_code=codes.BETTER_WORSENS)
    case = samples.case(samples.study(), samples.facts(), tables)
    assert not any("no success" in text for text in banner(case).because)
    assert "no success" not in one_sentence(case)


def found_down(sex, narrowed, by_better, gap):
    return LevellingDown(
        measure="west-v-castle",
        sex=sex,
        from_start=2005,
        from_end=2009,
        to_start=2010,
        to_end=2014,
        year_ends="12-31",
        narrowed_years=narrowed,
        by_better_years=by_better,
        by_better_share=by_better / narrowed,
        held_gap_years=None if gap is None else gap + by_better,
    )


DOWN = found_down("male", 5.8, 5.7, 6.9)
BOTH = codes.BOTH_MOVE


def flat(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("narrowed", "by_better", "how_much"),
    [
        (5.0, 5.0, "all"),
        (5.0, 6.0, "all"),
        (5.8, 5.7, "nearly all"),
        (5.0, 4.5, "nearly all"),
        (5.0, 4.4, "most"),
        (5.0, 2.5, "most"),
        (5.0, 2.4, "part"),
    ],
)
def test_the_share_is_said_in_words(narrowed, by_better, how_much):
    assert levelling.how_much(found_down("male", narrowed, by_better, None)) == how_much


def test_the_share_comes_with_its_years_and_with_the_gap_had_the_other_side_held():
    assert flat(levelling.told(DOWN, "Castle")) == (
        "For males, nearly all of the narrowing since 2005 to 2009 (5.7 of 5.8 years) is shorter "
        "lives in Castle. Had life expectancy there held, the gap would be about 12.6 years."
    )
    more = found_down("male", 5.0, 6.0, None)
    assert flat(levelling.told(more, "Castle")) == (
        "For males, all of the narrowing since 2005 to 2009 is shorter lives in Castle: they took "
        "6.0 years off a gap that narrowed by 5.0 years."
    )


def test_the_other_sex_follows_in_short():
    found = found_down("female", 4.3, 4.2, 7.0)
    assert flat(levelling.too(found)) == "For females it is nearly all too (4.2 of 4.3 years)."
    more = found_down("female", 5.0, 6.0, None)
    assert flat(levelling.too(more)) == (
        "For females it is all of it too: they took 6.0 years off a gap that narrowed by 5.0 years."
    )


@pytest.mark.parametrize(
    ("worse", "better", "given"),
    [(-1, -1, True), (0.5, -1, True), (-1, 0.5, False), (1, -1, False), (1, -0.5, False)],
)
def test_a_share_is_given_only_where_shorter_lives_narrowed_a_gap_that_narrowed(
    worse, better, given
):
    assert (down(moved(worse, better)) is not None) == given


def test_a_share_needs_both_sides():
    assert down(moved(-1, -1)[:1]) is None


def test_a_part_is_called_a_part():
    part = found_down("male", 5.0, 2.0, None)
    assert told(BOTH, part).endswith("That part is levelling down, and no success.")
    assert told(BOTH, DOWN, levels_down=True).endswith("That is levelling down, and no success.")


def leveller(worse, better, verdict="on track"):
    tables = computed.tables(verdict=verdict, closing_code=BOTH, levels_down=better < worse)
    rows = computed.changes(worse, better)
    tables["gap_change"] = computed.made(GAP_CHANGE, rows)
    return samples.case(computed.study(), computed.facts(), tables)


def test_a_headline_that_rests_mostly_on_it_says_so_and_the_share_stands_below():
    case = leveller(-0.1, -2.0)
    found = banner(case)
    assert found.verdict == "Levelling down"
    assert found.headline == (
        "In Riverton, for males and females alike, the gap in life expectancy gets smaller mainly "
        "because lives got shorter in Castle: that is levelling down, and no success."
    )
    assert any("nearly all of the narrowing" in text for text in found.because)
    assert sum("too (2.0 of 2.1" in flat(text) for text in found.because) == 1
    assert not any("of the narrowing" in text for text in answers(case)[1].more)
    told = [block.text for block in section_take.section(case).blocks if block.kind == "paragraph"]
    assert sum("nearly all of the narrowing" in text for text in told) == 2


def test_a_headline_that_rests_on_a_lesser_part_stays_and_names_the_part():
    found = banner(leveller(-2.0, -1.0))
    assert found.headline.startswith(
        "In Riverton, for males and females alike, the gap in life expectancy is on track"
    )
    assert any("part of the narrowing" in text for text in found.because)


def test_beside_any_other_verdict_the_share_stands_with_the_direction():
    case = leveller(-0.1, -2.0, verdict="too early to tell")
    assert not any("of the narrowing" in text for text in banner(case).because)
    assert any("nearly all of the narrowing" in text for text in answers(case)[1].more)


def test_no_sentence_on_a_small_cut_reads_as_success_being_near():
    def items(case):
        held = [block for block in section_take.section(case).blocks if block.kind == "items"]
        return [flat(text) for block in held for text in block.items]

    down, up = leveller(-0.1, -2.0), leveller(-2.0, -1.0)
    assert not any("By arithmetic" in text for text in summary_words.actions(down))
    assert [flat(text) for text in summary_words.actions(up)][1] == (
        "By arithmetic, about 27% fewer deaths of males at all ages in the west of the town would "
        "reach the target."
    )
    assert items(down)[0] == (
        "About 27% fewer deaths of males at all ages, enough only because lives got shorter in "
        "Castle. That is about 62 deaths a year."
    )
    assert items(up)[0].startswith("About 27% fewer deaths of males at all ages. That is")

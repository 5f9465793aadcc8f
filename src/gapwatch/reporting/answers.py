"""Section 1: the verdict and four short answers."""

from __future__ import annotations

from gapwatch.demography.codes import ALL_REASONS
from gapwatch.reporting import asking_again, words
from gapwatch.reporting.case import Case
from gapwatch.reporting.later import in_short
from gapwatch.reporting.numbers import listing, period, sentence, years
from gapwatch.reporting.parts import Answer, Banner
from gapwatch.reporting.reading import windows

TONES = {"target met": "good", "on track": "good", "off track": "bad", "wrong direction": "bad"}


def goal(case: Case) -> words.Goal:
    """The promise as a share of the baseline and a deadline."""
    return words.Goal(case.study.promise.share_of_baseline, case.study.promise.deadline_year)


def rules(case: Case) -> words.Rules:
    """The lines of the verdict."""
    found = case.study.verdict
    return words.Rules(
        on_track=found.on_track_probability,
        off_track=found.off_track_probability,
        wrong_direction=found.wrong_direction_probability,
        stale_after=found.stale_after_years,
        target_met=found.target_met_probability,
    )


def reason_text(code: str) -> str:
    """The meaning of a reason code; an unknown code is shown rather than hidden."""
    return ALL_REASONS.get(code, f"reason {code}" if code else "")


def banner(case: Case) -> Banner:
    """The verdict in words, and what it rests on."""
    tone = TONES.get(case.verdict.verdict, "open")
    return Banner(
        tone="good" if tone == "good" else "bad" if tone == "bad" else "open",
        verdict=case.verdict.verdict.capitalize(),
        headline=words.headline(case.verdict.verdict, goal(case)),
        because=words.because(case.verdict, rules(case), case.years_old),
    )


def answers(case: Case) -> tuple[Answer, ...]:
    """How big, which way, will it, what is new."""
    return (_how_big(case), _which_way(case), _will_it(case), _what_changed(case))


def _how_big(case: Case) -> Answer:
    question = "How big is the gap, and how sure are we?"
    newest = case.newest
    if newest is None:
        return Answer(question, "There is no comparable figure.", ())
    short, sure = words.gap_size(newest, reason_text(newest.reason))
    ends = words.both_ends(newest, case.sexes[0], case.worse_name, case.better_name)
    later = [
        words.withheld("The gap", period(window.start, window.end), reason_text(window.reason))
        for window in case.withheld_since
    ]
    return Answer(
        question, short, tuple(t for t in (*later, sure, ends, _other(case), in_short(case)) if t)
    )


def _other(case: Case) -> str:
    sex = case.sexes[1]
    newest = case.newest
    same = [
        window
        for window in windows(case.tables, case.measure.id, sex)
        if newest and (window.start, window.end) == (newest.start, newest.end)
    ]
    found = same[0] if same else None
    return words.other_sex(found, sex, reason_text(found.reason) if found else "")


def _which_way(case: Case) -> Answer:
    comparable = case.comparable
    first, last = (comparable[0], comparable[-1]) if comparable else (None, None)
    short, how = words.direction(case.verdict, first, last)
    moved = words.who_moved(case.verdict.closing_by, case.worse_name, case.better_name)
    since = ""
    if case.is_old and last is not None:
        since = f"Nothing comparable is known about the years after {last.end}."
    more = tuple(text for text in (how, moved, since) if text)
    return Answer("Which way is it going?", short, more)


def _will_it(case: Case) -> Answer:
    aim = goal(case)
    question = f"Will it be {aim.done} by {aim.deadline}?"
    verdict = case.verdict
    need = words.needed(verdict)
    if verdict.verdict == "cannot calculate":
        again = asking_again.in_short(case) if case.is_old else ()
        return Answer(question, "We cannot say.", (need, *again))
    more = [words.chance(verdict, rules(case)), need]
    if verdict.verdict == "too early to tell":
        more += asking_again.first_report(verdict, case.study.verdict.power)
    return Answer(question, words.headline(verdict.verdict, aim), tuple(more))


def _what_changed(case: Case) -> Answer:
    short, _, more = case.facts.changed_sentence.strip().partition(". ")
    expected = next(
        (s.next_expected for s in case.study.sources if s.table == "life_expectancy"), ""
    )
    texts = [sentence(more)]
    if expected and expected not in more:
        texts.append(sentence(expected))
    return Answer(
        "What has changed since the last release?",
        sentence(short),
        tuple(text for text in texts if text),
    )


def one_sentence(case: Case) -> str:
    """The verdict for a terminal: the headline, and the newest gap with its period."""
    text = words.headline(case.verdict.verdict, goal(case))
    newest = case.newest
    if newest is None or newest.gap is None:
        return text
    when = period(newest.start, newest.end)
    told = f"{text} The newest comparable gap is {years(newest.gap.value)}, for {when}."
    later = [period(window.start, window.end) for window in case.withheld_since]
    return f"{told} That of {listing(later)} is withheld." if later else told

"""Section 1: the verdict and four short answers."""

from __future__ import annotations

from dataclasses import replace

from gapwatch import codes
from gapwatch.contracts import Verdict
from gapwatch.reporting.chapters.verdict import headline as headlines
from gapwatch.reporting.chapters.verdict import pandemic, words
from gapwatch.reporting.chapters.verdict.sides import who_moved
from gapwatch.reporting.document import Answer, Banner
from gapwatch.reporting.evidence import levelling_down as levelling
from gapwatch.reporting.evidence import next_data, targets
from gapwatch.reporting.evidence.bridged import in_short
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.direction import direction
from gapwatch.reporting.evidence.expected import next_expected
from gapwatch.reporting.evidence.goal import Goal, goal
from gapwatch.reporting.evidence.provisional import provisional
from gapwatch.reporting.evidence.rows import windows
from gapwatch.reporting.language.numbers import listing, sentence, years
from gapwatch.reporting.language.phrases import joined
from gapwatch.reporting.language.reasons import reason_text

TONES = {
    codes.TARGET_MET: "good",
    codes.ON_TRACK: "good",
    codes.OFF_TRACK: "bad",
    codes.WRONG_DIRECTION: "bad",
}


def _goal_of_other(case: Case) -> Goal | None:
    """The other sex's promise where it is judged against another baseline; None where it isn't."""
    first, other = case.sexes
    if targets.from_what(case, first) == targets.from_what(case, other):
        return None
    row = targets.heading(case, other)
    of = targets.gap_named(case, row) if row else ""
    return replace(goal(case), of=of)


def both(case: Case) -> tuple[Verdict, ...]:
    """Verdicts on the headline's measure, the promise's own sex first."""
    found = (case.verdicts.get((case.measure.id, sex)) for sex in case.sexes)
    return tuple(verdict for verdict in found if verdict)


def headline(case: Case) -> str:
    """The verdicts in words; a good one that is mainly levelling down is called that."""
    return headlines.headline(
        both(case), goal(case), case.study.verdict, _goal_of_other(case), case.in_better
    )


def banner(case: Case) -> Banner:
    """The verdict in words, and what it rests on."""
    tone = TONES.get(case.verdict.label, "open")
    but = _but(case)
    if but:
        tone = "open"
    return Banner(
        tone="good" if tone == "good" else "bad" if tone == "bad" else "open",
        verdict=case.verdict.label.capitalize(),
        headline=headline(case),
        because=(*_because(case), *_against(case), *but, *pandemic.sentences(case)),
    )


def _because(case: Case) -> tuple[str, ...]:
    """What the verdicts rest on, with the other sex's chance where its verdict is the same."""
    first, *rest = words.because(case.verdict, case.study.verdict, case.years_old)
    found = both(case)
    same = len(found) > 1 and found[1].label == found[0].label
    if found[0].verdict == codes.CANNOT:
        return (first if same else f"For {found[0].sex}s: {first}", *rest)
    other = words.other_chance(found[1], case.study.verdict) if same else ""
    return tuple(text for text in (first, other, *rest) if text)


def _against(case: Case) -> tuple[str, ...]:
    """What the verdict would be against the other target, and whose error its chance allows for."""
    return tuple(text for text in (targets.other(case), targets.carried(case)) if text)


def _but(case: Case) -> tuple[str, ...]:
    """What keeps good verdicts from being a success; empty for any other."""
    texts: list[str] = []
    for row in both(case):
        if row.verdict in codes.GOOD_VERDICTS:
            down = levelling.down(case, row.sex)
            text = levelling.no_success(row, case.in_better, case.better_name, down)
            if texts and text and down:
                text = levelling.too(down)
            elif text and down is None and row.sex != case.sexes[0]:
                text = f"For {row.sex}s: {text}"
            texts.append(text)
    return tuple(text for text in texts if text)


def answers(case: Case) -> tuple[Answer, ...]:
    """How big, which way, will it, what is new."""
    return (_how_big(case), _which_way(case), _will_it(case), _what_changed(case))


def _how_big(case: Case) -> Answer:
    question = "How big is the gap, and how sure are we?"
    newest = case.newest
    if newest is None:
        return Answer(question, "There is no comparable figure.", ())
    short, sure = words.gap_size(newest, reason_text(newest.reason), case.sexes[0])
    ends = words.both_ends(newest, case.sexes[0], case.worse_name, case.better_name)
    later = [
        words.withheld(
            f"The gap for {case.sexes[0]}s",
            window.when,
            reason_text(window.reason),
        )
        for window in case.withheld_since
    ]
    told = (*later, sure, ends, _other(case), provisional(case.provisional), in_short(case))
    return Answer(question, short, tuple(text for text in told if text))


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
    short, how = direction(case.verdict, first, last, case.in_better)
    closing = case.verdict.closing_code
    moved = who_moved(closing, case.worse_name, case.better_name, case.sexes[0], case.moves)
    down = levelling.down(case, case.sexes[0])
    # Beside a good verdict the banner has said it.
    said = case.verdict.verdict in codes.GOOD_VERDICTS
    share = levelling.told(down, case.better_name) if down and not said else ""
    since = ""
    if case.is_old and last is not None:
        since = f"Nothing comparable is known about the years after {last.ends}."
    more = tuple(text for text in (how, moved, share, since) if text)
    return Answer("Which way is it going?", short, more)


def _will_it(case: Case) -> Answer:
    aim = goal(case)
    question = f"Will it be {aim.done} by {aim.deadline}?"
    verdict = case.verdict
    need = words.needed(verdict)
    if verdict.verdict == codes.CANNOT:
        again = next_data.in_short(case) if case.is_old else ()
        return Answer(question, "We cannot say.", (need, *again))
    more = [words.chance(verdict, case.study.verdict), need]
    if verdict.verdict == codes.TOO_EARLY:
        more += next_data.first_report(verdict, case.study.verdict.power)
    return Answer(question, headline(case), tuple(more))


def _what_changed(case: Case) -> Answer:
    short, _, more = case.facts.changed_sentence.strip().partition(". ")
    texts = [sentence(more)]
    texts += [sentence(told) for told in next_expected(case.study) if told not in more]
    return Answer(
        "What has changed since the last release?",
        sentence(short),
        tuple(text for text in texts if text),
    )


def one_sentence(case: Case) -> str:
    """The verdict for a terminal: the headline, and the newest gap with its period."""
    text = joined(headline(case), *_but(case))
    newest = case.newest
    if newest is None or newest.gap is None:
        return text
    when = newest.when
    size = f"for {case.sexes[0]}s is {years(newest.gap.value)}, for {when}"
    told = f"{text} The newest comparable gap {size}."
    later = [window.when for window in case.withheld_since]
    return f"{told} That of {listing(later)} is withheld." if later else told

"""Section 1: the verdict and four short answers."""

from __future__ import annotations

from gapwatch import codes
from gapwatch.reporting.chapters.verdict import pandemic, words
from gapwatch.reporting.chapters.verdict.message import both, may_level_down, message
from gapwatch.reporting.document import Banner, KeyQuestion
from gapwatch.reporting.evidence import history, next_data, targets
from gapwatch.reporting.evidence import levelling_down as levelling
from gapwatch.reporting.evidence.bridged import in_short
from gapwatch.reporting.evidence.case import Case
from gapwatch.reporting.evidence.expected import next_expected
from gapwatch.reporting.evidence.goal import goal
from gapwatch.reporting.evidence.provisional import provisional
from gapwatch.reporting.evidence.sides import who_moved
from gapwatch.reporting.language.numbers import sentence
from gapwatch.reporting.language.phrases import joined
from gapwatch.reporting.language.reasons import reason_text
from gapwatch.reporting.language.sexes import people

ASK = "What is needed for a verdict, who has it and how to ask for it comes next."
TONES = {
    codes.TARGET_MET: "good",
    codes.ON_TRACK: "good",
    codes.OFF_TRACK: "bad",
    codes.WRONG_DIRECTION: "bad",
}


def banner(case: Case) -> Banner:
    """The verdict in words, its main caveat, and what else keeps it from being taken for more."""
    said = message(case)
    tone = TONES.get(case.verdict.label, "open")
    but = _but(case)
    if but or said.caveat == may_level_down(case):
        tone = "open"
    beside = (*but, *pandemic.sentences(case))
    return Banner(
        tone="good" if tone == "good" else "bad" if tone == "bad" else "open",
        verdict=case.verdict.label.capitalize(),
        headline=said.verdict,
        because=(said.caveat, *(text for text in beside if text not in said.caveat)),
    )


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
                text = f"For {people(row.sex)}: {text}"
            texts.append(text)
    return tuple(text for text in texts if text)


def answers(case: Case) -> tuple[KeyQuestion, ...]:
    """How big, which way, will it, what is new; the first three begin with the message."""
    said = message(case)
    return (
        _how_big(case, said.size),
        _which_way(case, said.direction),
        _will_it(case, said.chance),
        _what_changed(case),
    )


def _how_big(case: Case, line: str) -> KeyQuestion:
    question = "How big is the gap, and how sure are we?"
    newest = case.newest
    if newest is None:
        return KeyQuestion(question, line, ())
    ends = words.both_ends(newest, case.sexes[0], case.worse_name, case.better_name)
    later = [
        words.withheld(
            f"The gap for {people(case.sexes[0])}",
            window.when,
            reason_text(window.reason),
        )
        for window in case.withheld_since
    ]
    told = (*later, ends, _other(case), provisional(case.provisional), in_short(case))
    return KeyQuestion(question, line, tuple(text for text in told if text))


def _other(case: Case) -> str:
    """The same gap for each other sex."""
    return " ".join(_of_other(case, sex) for sex in case.sexes[1:])


def _of_other(case: Case, sex: str) -> str:
    newest = case.newest
    same = [
        window
        for window in case.windows_of(case.measure.id, sex)
        if newest and (window.start, window.end) == (newest.start, newest.end)
    ]
    found = same[0] if same else None
    return words.other_sex(found, sex, reason_text(found.reason) if found else "")


def _which_way(case: Case, line: str) -> KeyQuestion:
    last = case.comparable[-1] if case.comparable else None
    moved = ""
    if case.sides_told:
        moved = who_moved(case.moves, case.worse_name, case.better_name, case.sexes[0])
    down = levelling.down(case, case.sexes[0])
    # Beside a good verdict the banner has said it.
    said = case.verdict.verdict in codes.GOOD_VERDICTS
    share = levelling.told(down, case.better_name) if down and not said else ""
    since = ""
    if case.is_old and last is not None:
        since = f"Nothing comparable is known about the years after {last.ends}."
    return KeyQuestion(
        "Which way is it going?", line, tuple(text for text in (moved, share, since) if text)
    )


def _will_it(case: Case, line: str) -> KeyQuestion:
    aim, verdict = goal(case), case.verdict
    question = f"Will it be {aim.done} by {aim.deadline}?"
    if verdict.verdict == codes.CANNOT:
        again = next_data.in_short(case) if case.is_old else ()
        return KeyQuestion(question, line, (*again, ASK))
    rules = case.study.verdict
    found = both(case)
    other = words.other_chance(found[1], rules) if len(found) > 1 else ""
    more = [other, words.counts_as(verdict, rules), *_against(case), *history.beside(case)]
    if verdict.verdict == codes.TOO_EARLY:
        more += next_data.first_report(verdict, rules.power)
    return KeyQuestion(question, line, tuple(text for text in more if text))


def _what_changed(case: Case) -> KeyQuestion:
    short, _, more = case.facts.changed_sentence.strip().partition(". ")
    texts = [sentence(more)]
    texts += [sentence(told) for told in next_expected(case.study) if told not in more]
    return KeyQuestion(
        "What has changed since the last release?",
        sentence(short),
        tuple(text for text in texts if text),
    )


def one_sentence(case: Case) -> str:
    """The verdict and the size of the gap, for a terminal and where there is little room."""
    said = message(case)
    return joined(said.verdict, said.size)

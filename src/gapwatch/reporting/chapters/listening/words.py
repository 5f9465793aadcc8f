"""Sentences on what people said; rules alone, one test a branch."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.reporting.language.numbers import count, interval, number

REASONS = {
    "H01": "fewer than 10 people answered",
    "H02": "it would tell what few people said elsewhere",
    "H03": "nobody answered",
}
REPRESENTATIVE = (
    "Those who answered were chosen to stand for all residents. Each share has its 95% interval "
    "(Wilson)."
)
SELF_SELECTED = (
    "Those who answered chose to. The shares are of people who answered, not of residents, and "
    "have no interval."
)
OPEN = "People answered in their own words."
PROMPTED = "People chose from a list, which brings up what is on it."
NOT_MERGED = (
    "What people name and what is measured are two things. Tables set them side by side, and "
    "neither changes the other. Their last column counts the indicators by which the worse-off "
    "side is worse; it says nothing of single areas."
)
WITHHELD = (
    "A share of fewer than 10 people is not told, nor are others from which it could be worked out."
)


@dataclass(frozen=True)
class Share:
    """One row of the table `voice_share`."""

    programme: str
    wave: str
    question: str
    theme: str
    level: str
    place: str
    sample: str
    respondents_persons: int | None
    mentions_persons: int | None
    share_percent: float | None
    share_lower95_percent: float | None
    share_upper95_percent: float | None
    rank_by_mentions: int | None
    indicators_compared: int | None
    indicators_worse: int | None
    reason: str


@dataclass(frozen=True)
class Quote:
    """One row of the table `quote`."""

    programme: str
    wave: str
    question: str
    theme: str
    zone: str
    quote: str


def asked(row: Share, place: str) -> str:
    """Who answered, and what their shares are worth."""
    people = (
        f"{count(int(row.respondents_persons), 'person', 'people')} of {place} answered. "
        if row.respondents_persons is not None
        else ""
    )
    how = OPEN if row.question == "open" else PROMPTED
    worth = REPRESENTATIVE if row.sample == "representative" else SELF_SELECTED
    return f"{people}{how} {worth}"


def share(row: Share) -> str:
    """`34.0% (29.1 to 39.2)`, `34.0%`, or why it isn't told."""
    if row.share_percent is None:
        return f"withheld: {REASONS.get(row.reason, f'reason {row.reason}')}"
    told = f"{number(row.share_percent)}%"
    if row.share_lower95_percent is None:
        return told
    return f"{told} ({interval(row.share_lower95_percent, row.share_upper95_percent)})"


def need(row: Share) -> str:
    """By how many indicators of the priority the worse-off side is worse."""
    if row.indicators_compared is None or row.indicators_worse is None:
        return "no indicator"
    return f"{int(row.indicators_worse)} of {int(row.indicators_compared)}"

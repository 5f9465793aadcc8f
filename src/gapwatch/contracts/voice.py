"""The tables on what people said: answers as counted, and the shares that may be told of them."""

from __future__ import annotations

from gapwatch.contracts.schema import CODE, SLUG, Check, Column, Table, text

QUESTIONS = ("prompted", "open")
SAMPLES = ("representative", "self-selected")
CONSENTS = ("given", "none")

_SAID = (
    text("programme", "Survey, consultation or listening programme", pattern=SLUG),
    text("wave", "Which time it was asked", pattern=SLUG),
    text("question", "Whether answers were offered, or in people's own words", choices=QUESTIONS),
    text("theme", "Priority that was named", pattern=SLUG),
)
_SAMPLE = text(
    "sample",
    "Whether those who answered stand for all residents, or for themselves",
    choices=SAMPLES,
)


FEWEST = 10
"""People who must have answered before a share of them is told."""


def _persons(name: str, meaning: str, *, nullable: bool = False, minimum: int = 0) -> Column:
    return Column(name, "integer", meaning, unit="persons", nullable=nullable, minimum=minimum)


VOICE = Table(
    "voice",
    "How many people answered in each area, and how many of them named each priority",
    (
        *_SAID,
        text(
            "area_code",
            "Area in which they live; empty for the whole place",
            pattern=f"({CODE})?",
            may_be_empty=True,
        ),
        _SAMPLE,
        _persons("respondents_persons", "People who answered"),
        _persons("mentions_persons", "Of these, people who named the priority"),
        text("quote", "What one of them said, word for word; empty for none", may_be_empty=True),
        text(
            "consent",
            "Whether the person agreed to be quoted; empty without a quote",
            pattern=f"({'|'.join(CONSENTS)})?",
            may_be_empty=True,
        ),
    ),
    key=("programme", "wave", "question", "theme", "area_code"),
    checks=(
        Check(
            "mentions_within_respondents",
            "mentions_persons <= respondents_persons",
            "no more people name a priority than answered",
        ),
        Check(
            "quote_with_consent",
            "quote = '' OR consent = 'given'",
            "a quote stands there with the consent of the person who said it",
        ),
    ),
)

VOICE_SHARE = Table(
    "voice_share",
    "Share of those who answered that named each priority, as it may be told",
    (
        *_SAID,
        text(
            "level",
            "Whether it is of the place, a zone or an area",
            choices=("place", "zone", "area"),
        ),
        text("place", "Code of the area or the place, or key of the zone"),
        _SAMPLE,
        _persons("respondents_persons", "People who answered", nullable=True, minimum=FEWEST),
        _persons("mentions_persons", "Of these, people who named the priority", nullable=True),
        Column(
            "share_percent",
            "number",
            "Their share",
            unit="percent",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
        Column(
            "share_lower95_percent",
            "number",
            "Lower 95% limit by Wilson's score; only where those who answered stand for all",
            unit="percent",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
        Column(
            "share_upper95_percent",
            "number",
            "Upper 95% limit, likewise",
            unit="percent",
            nullable=True,
            minimum=0,
            maximum=100,
        ),
        Column(
            "rank_by_mentions",
            "integer",
            "Place of the priority by mentions of the same people; equal ones share it",
            nullable=True,
            minimum=1,
        ),
        Column(
            "indicators_compared",
            "integer",
            "Indicators of the priority that compare both sides; never part of the rank",
            nullable=True,
            minimum=0,
        ),
        Column(
            "indicators_worse",
            "integer",
            "Of these, indicators by which the worse-off side is worse",
            nullable=True,
            minimum=0,
        ),
        text(
            "reason",
            "Code of the reason why it is withheld; empty when it is told",
            may_be_empty=True,
        ),
    ),
    key=("programme", "wave", "question", "theme", "level", "place"),
    checks=(
        Check(
            "reason_when_missing",
            "(share_percent IS NULL) = (reason <> '')",
            "a missing figure has a reason, and only a missing figure",
        ),
        Check(
            "share_interval_order",
            "share_lower95_percent <= share_percent AND share_percent <= share_upper95_percent",
            "lower <= share <= upper",
        ),
    ),
)

QUOTE = Table(
    "quote",
    "What people said, with their consent, by zone",
    (
        *_SAID,
        text("zone", "Key of the zone; empty for the whole place", may_be_empty=True),
        Column("number", "integer", "Number of the quote", minimum=1),
        text("quote", "What was said, word for word"),
    ),
    key=("programme", "wave", "question", "theme", "zone", "number"),
)

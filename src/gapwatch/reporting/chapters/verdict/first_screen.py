"""What stands above the first figure: few words, so that a phone shows the figure too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gapwatch.reporting.document import Banner, ReportFigure, Section, Standing

MOST_WORDS = 120
# "As known at", "Verdict", "Contact:".
LABELS = 5


def fitted(
    banner: Banner, sections: Sequence[Section], standing: Standing, around: Sequence[str]
) -> Banner:
    """The banner, its first reason moved below the figure where all would be too many words.

    `around` is what else stands on the first screen: title, date, and whether all is invented.
    """
    first = (
        block.title
        for section in sections
        for block in section.blocks
        if isinstance(block, ReportFigure) and block.number == 1
    )
    people = (text for person in standing.people for text in person)
    told = (*around, *first, standing.draft, standing.contact, *people)
    said = " ".join((*told, banner.verdict, banner.headline, *banner.because[:1]))
    return replace(banner, above=int(LABELS + len(said.split()) <= MOST_WORDS))

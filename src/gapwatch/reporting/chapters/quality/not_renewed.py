"""Sources that could not be renewed: what stands in their place, since when, and why."""

from __future__ import annotations

from collections.abc import Sequence

from gapwatch.reporting.document import Block, Items, MissedFacts, Paragraph, Subheading
from gapwatch.reporting.language.numbers import date, listing

WHY = {
    "no-answer": "the publisher gave no answer",
    "unreadable": "the publisher sent nothing that could be read",
    "refused": "the publisher sent figures that failed a check",
}


def warning(missed: Sequence[MissedFacts]) -> str:
    """For the first page: that the verdict rests on figures that could not be renewed."""
    old = [each for each in missed if each.decides]
    if not old:
        return ""
    taken = min(each.taken for each in old if each.taken is not None)
    named = listing([f"“{each.title}”" for each in old])
    return (
        f"Warning: the verdict rests on figures that could not be renewed. {named} "
        f"{'was' if len(old) == 1 else 'were'} last taken on {date(taken)}. "
    )


def blocks(missed: Sequence[MissedFacts]) -> list[Block]:
    """The part of the section on data and quality; nothing where every source was renewed."""
    if not missed:
        return []
    return [
        Subheading("Sources that could not be renewed"),
        Paragraph(
            "The report goes on without these sources, or with the figures that they gave before."
        ),
        Items(tuple(map(_told, missed))),
    ]


def _told(each: MissedFacts) -> str:
    stands = "This report holds none of its figures."
    if each.taken is not None:
        stands = f"The figures taken on {date(each.taken)} stand in their place."
    rests = " The verdict rests on them." if each.decides else ""
    return f"{each.title}: on {date(each.since)} {WHY[each.why]}. {stands}{rests}"

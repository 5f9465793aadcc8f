"""British words of ours as they are spelled in the United States; names stay as they are.

Sentences are written once, in British English. A text that is a reader's elsewhere is respelled
when it is whole, word by word from this list: a word that isn't here stays as it is, and a test
holds every word of ours that looks British against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gapwatch.reporting.language.texts import Rewriting

AMERICAN = {
    "analyse": "analyze",
    "analysed": "analyzed",
    "behaviour": "behavior",
    "catalogue": "catalog",
    "centre": "center",
    "centred": "centered",
    "centres": "centers",
    "colour": "color",
    "coloured": "colored",
    "colours": "colors",
    "favour": "favor",
    "grey": "gray",
    "judgement": "judgment",
    "kilometres": "kilometers",
    "labelled": "labeled",
    "levelling": "leveling",
    "levelled": "leveled",
    "licence": "license",
    "licences": "licenses",
    "metres": "meters",
    "mislabelled": "mislabeled",
    "modelled": "modeled",
    "modelling": "modeling",
    "neighbour": "neighbor",
    "neighbourhood": "neighborhood",
    "neighbourhoods": "neighborhoods",
    "neighbouring": "neighboring",
    "neighbours": "neighbors",
    "noughts": "zeros",
    "organisation": "organization",
    "organisations": "organizations",
    "per cent": "percent",
    "programme": "program",
    "programmes": "programs",
    "randomised": "randomized",
    "recognised": "recognized",
    "standardised": "standardized",
    "summarised": "summarized",
    "towards": "toward",
}
_WORD = "|".join(sorted(map(re.escape, AMERICAN), key=len, reverse=True))
_ANY = re.compile(rf"(?<![\w/.])(?:{_WORD})(?![\w/]|\.\w)", re.IGNORECASE)


class American(Rewriting):
    """Spells as in the United States whatever isn't one of `names`, which are others' words."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        held = sorted({n for n in names if _ANY.search(n)}, key=lambda n: (-len(n), n))
        kept = "|".join(map(re.escape, held))
        self._either = re.compile(
            rf"({kept})|{_ANY.pattern}" if kept else f"(\0)|{_ANY.pattern}", re.I
        )

    def text(self, text: str) -> str:
        """The text as it is spelled there."""
        return self._either.sub(_respelled, text)


def _respelled(found: re.Match[str]) -> str:
    word = found.group()
    if found.group(1) is not None:
        return word
    made = AMERICAN[word.lower()]
    if word.isupper():
        return made.upper()
    return f"{made[0].upper()}{made[1:]}" if word[0].isupper() else made

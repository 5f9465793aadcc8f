"""What a place, its areas and its offices are called: the words that a study brings itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from gapwatch.errors import UnfitError
from gapwatch.study.base import Code, OptionalText, Part, Slug, Text, declared
from gapwatch.study.letters import printable
from gapwatch.study.tongue import (
    TONGUES,
    DecimalMark,
    LanguageTag,
    ThousandsMark,
    Tongue,
)

_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
MOST_LETTERS = 60
SMALL_AREA = "small statistical area"


def _noun(text: str, told: ValidationInfo) -> str:
    """A noun as it stands inside a sentence."""
    if text != text.strip() or text[-1] in ".,:;":
        raise UnfitError(
            "a noun as it stands inside a sentence, such as 'community area'", repr(text)
        )
    return printable(text, declared(told.context).letters)


Noun = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS), AfterValidator(_noun)]


class AreaWords(Part):
    """What one kind of area is called: one of them, several, and what that is, for a first mention.

    `meaning` stands in brackets, such as `statistical areas of about 4,000 people`.
    """

    one: Noun
    many: Noun
    meaning: OptionalText = ""


class Offices(Part):
    """Whom to ask for deaths by small area, and by which names they are known there.

    `statistics` is the office that publishes deaths, `officer` the one who can get an extract of
    registrations, and `block` what one of the small areas is called. `published` says in whole
    sentences what the office publishes, `extract` what the place itself can get.
    """

    statistics: Noun
    officer: Noun | None = None
    block: Noun = SMALL_AREA
    published: Text
    extract: OptionalText = ""


class Words(Part):
    """The language of a report, its numbers, and what it calls the place, its areas and offices.

    `language` decides spelling, dates and the marks of numbers; `decimal` and `thousands` are marks
    of its own. `whole` is what the place is, such as `city`; `area` and `areas` are one of the
    study's areas and several of them, and `levels` any other kind of area, by its geography.
    `places` is what comparators are called in a sentence, by code, such as `the state`, where the
    figures are invented. Without `offices` no office of any country is named, but for places with
    codes of England.
    """

    language: LanguageTag = "en-GB"
    decimal: DecimalMark | None = None
    thousands: ThousandsMark | None = None
    whole: Noun | None = None
    area: Noun | None = None
    areas: Noun | None = None
    levels: dict[Slug, AreaWords] = Field(default={})
    places: dict[Code, Noun] = Field(default={})
    offices: Offices | None = None

    @model_validator(mode="after")
    def _sound(self) -> Words:
        if (self.area is None) != (self.areas is None):
            raise UnfitError(
                "area and areas together: one of them and several",
                f"only {'areas' if self.area is None else 'area'}",
            )
        told = self.tongue
        if told.decimal == told.thousands:
            raise UnfitError("a mark of thousands that isn't the decimal mark", repr(told.decimal))
        return self

    @property
    def tongue(self) -> Tongue:
        """The language as numbers, dates and words are written in it."""
        thousands = _NARROW_SPACE if self.thousands == " " else self.thousands
        return TONGUES[self.language].with_marks(self.decimal, thousands)

    def of(self, geography: str, own: str) -> AreaWords | None:
        """What areas of a geography are called; None where the study doesn't say. `own` is its own
        areas' geography."""
        if geography == own and self.area is not None and self.areas is not None:
            held = self.levels.get(geography)
            # As they stand: names from right to left may be set apart by now.
            return AreaWords.model_construct(
                one=self.area, many=self.areas, meaning=held.meaning if held else ""
            )
        return self.levels.get(geography)

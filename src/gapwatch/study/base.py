"""What every part of a study is made of: frozen, strict about keys, printable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gapwatch.contracts import CODE, SLUG
from gapwatch.errors import UnfitError

Slug = Annotated[str, Field(pattern=f"^{SLUG}$", max_length=60)]
Code = Annotated[str, Field(pattern=f"^{CODE}$")]


# The characters that every cut of the report's typeface has, as first and last of each run; a test
# holds them against the fonts.
PRINTED = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x0218, 0x021B),
    (0x02C6, 0x02C6),
    (0x02DA, 0x02DA),
    (0x02DC, 0x02DC),
    (0x03A9, 0x03A9),
    (0x03BC, 0x03BC),
    (0x03C0, 0x03C0),
    (0x03C3, 0x03C4),
    (0x1E80, 0x1E85),
    (0x1EF2, 0x1EF3),
    (0x2009, 0x2009),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x202F, 0x2030),
    (0x2032, 0x2033),
    (0x2039, 0x203A),
    (0x2044, 0x2044),
    (0x2070, 0x2070),
    (0x2074, 0x2074),
    (0x20AC, 0x20AC),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2215, 0x2215),
    (0x2248, 0x2248),
    (0x2260, 0x2260),
    (0x2264, 0x2265),
    (0x25A0, 0x25A1),
    (0x25B2, 0x25B2),
    (0x25BC, 0x25BC),
    (0x25C6, 0x25C6),
    (0x25CB, 0x25CB),
    (0x25CF, 0x25CF),
    (0x2713, 0x2713),
    (0x2717, 0x2717),
)
# Letters that are set from left to right, one by one: further Latin, Greek, Cyrillic, Armenian and
# Georgian. DejaVu Sans has them, which comes with matplotlib in the lock.
FURTHER = (
    (0x0180, 0x0217),
    (0x021C, 0x024F),
    (0x0370, 0x0373),
    (0x0376, 0x0377),
    (0x037B, 0x037D),
    (0x0386, 0x0386),
    (0x0388, 0x038A),
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x03A8),
    (0x03AA, 0x03BB),
    (0x03BD, 0x03BF),
    (0x03C1, 0x03C2),
    (0x03C5, 0x03F5),
    (0x03F7, 0x0481),
    (0x048A, 0x0525),
    (0x0531, 0x0556),
    (0x0561, 0x0587),
    (0x10D0, 0x10FA),
    (0x1E00, 0x1E7F),
    (0x1E86, 0x1EF1),
    (0x1EF4, 0x1EFB),
)


def _of(runs: tuple[tuple[int, int], ...]) -> frozenset[str]:
    return frozenset(chr(at) for first, last in runs for at in range(first, last + 1))


FURTHER_LETTERS = _of(FURTHER)
_PRINTED = _of(PRINTED) | FURTHER_LETTERS
_SHOWN_LACKING = 5


def printable(text: str) -> str:
    """The report's typefaces have these letters; anything else would print as a box.

    Or worse: in a sentence of ours a name that is written from right to left draws the number after
    it to its other side, next to another name.
    """
    lacking = [character for character in dict.fromkeys(text) if character not in _PRINTED]
    if lacking:
        named = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in lacking[:_SHOWN_LACKING])
        more = f" and {len(lacking) - _SHOWN_LACKING} more" * (len(lacking) > _SHOWN_LACKING)
        raise UnfitError(
            "Latin, Greek, Cyrillic, Armenian or Georgian letters, digits and punctuation, "
            "which the report's typefaces have",
            f"{named}{more}",
        )
    return text


Text = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(printable)]
OptionalText = Annotated[str, Field(max_length=300), AfterValidator(printable)]
Year = Annotated[int, Field(ge=1801, le=2200)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Period = tuple[Year, Year]
Sex = Literal["female", "male"]
MeasureKind = Literal["pair", "pooled", "extremes", "slope"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

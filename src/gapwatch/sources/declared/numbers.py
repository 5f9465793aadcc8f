"""Numbers as a file writes them: its decimal sign, and what may part its thousands."""

from __future__ import annotations

import re

from gapwatch.errors import UnfitError
from gapwatch.study.sources import FileSource

_POINT = re.compile(r"-?(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,20})?")
_COMMA = re.compile(
    r"-?(?:[0-9]{1,15}|[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){1,4}|(?: [0-9]{3}){1,4}))(?:,[0-9]{1,20})?"
)
# 1,234 and 1.234: thousands to some, decimals to others.
_EITHER = re.compile(r"-?[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:\.[0-9]{3})+)")


class NumberError(UnfitError):
    """Text that is no number, and what to do about it."""

    def __init__(self, expected: str, found: str, remedy: str = "") -> None:
        super().__init__(expected, found)
        self.remedy = remedy


def number(text: str, source: FileSource) -> float:
    """The number that a cell writes, by the source's decimal sign.

    Raises NumberError for anything else; where the other sign would make it a number, the remedy
    says so, and where both would and no sign is stated, both are offered.
    """
    decimal = source.decimal or "."
    other = "." if decimal == "," else ","
    if (
        source.decimal is None
        and source.delimiter != ","
        and (_EITHER.fullmatch(text) or ("," in text and _COMMA.fullmatch(text)))
    ):
        choice = 'state decimal = "," in the study'
        if _EITHER.fullmatch(text):
            choice = (
                'state decimal = "," in the study where a comma is the file\'s decimal sign, '
                'decimal = "." where a point is'
            )
        raise NumberError("a number whose decimal sign the study states", repr(text), choice)
    if not (_COMMA if decimal == "," else _POINT).fullmatch(text):
        if other not in text or not (_POINT if decimal == "," else _COMMA).fullmatch(text):
            raise NumberError("a number", repr(text))
        sign = "comma" if decimal == "," else "point"
        remedy = f'state decimal = "{other}" in the study'
        if source.format != "csv":
            remedy = "turn the text into numbers in the workbook"
        raise NumberError(f"a number with a decimal {sign}", repr(text), remedy)
    if decimal == ",":
        return float(text.replace(".", "").replace(" ", "").replace(",", "."))
    return float(text.replace(",", ""))

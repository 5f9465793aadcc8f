"""What every feature of the portal must say: codes of the right kind, as many as expected."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from gapwatch.contracts import ONS_CODE
from gapwatch.errors import ValidationError
from gapwatch.study.sources import PortalSource

# What the first three characters of a code say of its kind.
PREFIXES = {
    "oa": ("E00", "W00"),
    "lsoa": ("E01", "W01"),
    "msoa": ("E02", "W02"),
    "ward": ("E05", "W05"),
    "borough": ("E09",),
}
_KIND = re.compile(r"(oa|lsoa|msoa|ward|borough)-?([0-9]{4})?")
_CENSUS_COLUMN = re.compile(r"(OA|LSOA|MSOA)([0-9]{2})CD", re.IGNORECASE)
_NESTED = ("oa", "lsoa", "msoa")
PULL = "pull the source again; if it stays so, look at the layer on the portal"
Record = dict[str, Any]


def code(place: str, attributes: Record, column: str, geography: str) -> str:
    """The code in a column, which must be of the kind and census that the geography names."""
    value = attributes.get(column)
    where = f"{place}, {column}"
    if not isinstance(value, str) or not re.fullmatch(ONS_CODE, value):
        found = "a blank" if value is None else repr(value)[:60]
        refuse(where, "a code of nine characters, such as E05000630", found)
    kind = _KIND.fullmatch(geography)
    if kind is None:
        return value
    if not value.startswith(PREFIXES[kind[1]]):
        refuse(where, f"a code of {geography}: {' or '.join(PREFIXES[kind[1]])}...", value)
    census = _CENSUS_COLUMN.fullmatch(column)
    if census and kind[2] and (census[1].lower(), f"20{census[2]}") != (kind[1], kind[2]):
        refuse(
            where,
            f"areas of {geography}",
            f"a column of {census[1]} 20{census[2]}",
            "correct geography or the column in the study",
        )
    return value


def nest(small: str, large: str) -> bool:
    """Whether areas of one geography lie whole in those of the other: of one census, by rank."""
    one, other = _KIND.fullmatch(small), _KIND.fullmatch(large)
    if one is None or other is None or one[2] is None or one[2] != other[2]:
        return False
    return one[1] in _NESTED and other[1] in _NESTED[_NESTED.index(one[1]) + 1 :]


def check_number(source: PortalSource, found: int) -> None:
    """Refuse a number of areas that isn't the one that the study expects."""
    if found != source.expected_areas:
        refuse(
            f"{source.id}, {source.code_column}",
            f"{source.expected_areas} areas",
            f"{found} areas",
            "check service, filter and expected_areas in the study",
        )


def refuse(where: str, expected: str, found: str, remedy: str = PULL) -> NoReturn:
    """Raise the error of a layer that breaks its contract."""
    raise ValidationError(where, expected=expected, found=found, remedy=remedy)

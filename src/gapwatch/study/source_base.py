"""What every source says of itself, and what those of one publisher's service have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PrivateAttr

from gapwatch.errors import UnfitError
from gapwatch.study.base import NOTHING_DECLARED, Code, Declared, Part, Slug, Text, declared
from gapwatch.study.code_forms import CodeForms

TableName = Literal[
    "area_figure",
    "area_reference",
    "boundary",
    "deaths",
    "initiative",
    "life_expectancy",
    "lookup",
    "population",
    "population_deaths",
    "voice",
]
ColumnName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,60}$")]
Cell = Annotated[str, Field(max_length=300)]
LayerColumn = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,60}$")]


LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: the only place that may be asked without TLS."""
    return host in LOOPBACK


def _address(text: str) -> str:
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not secure or not parts.hostname or parts.username or not text.isascii() or " " in text:
        raise UnfitError("an https:// address without a user name in it", f"{text!r}")
    return text


def require_pattern(text: str) -> str:
    """A regular expression; UnfitError for what is none."""
    try:
        re.compile(text)
    except re.error as error:
        raise UnfitError("a regular expression", f"{text!r} ({error})") from error
    return text


Address = Annotated[str, Field(max_length=500), AfterValidator(_address)]
Pattern = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(require_pattern)]
Service = Annotated[str, Field(pattern="^[A-Za-z0-9_]{1,120}$")]


class Publishers(Part):
    """Where the publishers' services are; another address is a mirror, or a replica on loopback."""

    fingertips: Address = "https://fingertips.phe.org.uk/api/"
    nomis: Address = "https://www.nomisweb.co.uk/api/v01/"
    portal: Address = "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services/"
    organisation: Annotated[str, Field(pattern="^[ -~]{1,100}$")] = "unnamed organisation"
    contact: Address = "https://example.org/"


class SourceBase(Part):
    """What every source says of itself."""

    id: Slug
    table: TableName
    next_expected: Text
    note: str = Field(default="", max_length=1000)
    _declared: Declared = PrivateAttr(default=NOTHING_DECLARED)

    def model_post_init(self, context: Any, /) -> None:
        """Keep what the study declares of letters and codes: its files are read by it too."""
        self._declared = declared(context)

    @property
    def letters(self) -> frozenset[str]:
        """Characters beyond those of the report's own typefaces."""
        return self._declared.letters

    @property
    def area_codes(self) -> CodeForms:
        """The forms of the study's codes of areas."""
        return self._declared.codes

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes that published life expectancy is of in the study."""
        return self._declared.sexes

    @property
    def map_crs(self) -> str:
        """The projected system of coordinates of the study's map, by its EPSG code."""
        return self._declared.crs


class Retrieved(SourceBase):
    """What a pin says of a source that is pulled, and whether a pull can do without it.

    `required` is computed where it isn't given (gapwatch.study.required).
    """

    required: bool | None = None
    title: Text
    publisher: Text
    licence: Text = "Open Government Licence v3.0"
    attribution: Text


class AreaType(Part):
    """One of Fingertips' area types, and what its areas are called here.

    `codes` is a regular expression that the whole code of every area matches: the same number of
    areas of another vintage would pass otherwise.
    """

    id: int = Field(ge=1, le=10_000)
    geography: Slug
    expected_areas: int = Field(ge=1, le=1_000_000)
    codes: Pattern | None = None


class FingertipsBase(Retrieved):
    """An indicator of OHID Fingertips, for the first of the area types that holds any figures."""

    kind: Literal["fingertips"]
    indicator: int = Field(ge=1, le=10_000_000)
    area_types: tuple[AreaType, ...] = Field(min_length=1)
    parent_area_type: int = Field(default=101, ge=1, le=10_000)
    parent_code: Code


class NomisBase(Retrieved):
    """A dataset of Nomis, for the areas of a type in a parent."""

    kind: Literal["nomis"]
    dataset: Annotated[str, Field(pattern="^NM_[0-9]{1,5}_[0-9]{1,2}$")]
    area_type: Annotated[str, Field(min_length=1, max_length=120)]
    parent_code: Code
    geography: Slug
    expected_areas: int = Field(ge=1, le=1_000_000)

"""What the report calls the choices of a verdict, so that tests name them as readers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gapwatch.codes import Coded
from gapwatch.gap.trend.sensitivity import Alternative
from gapwatch.reporting.language.labels import choice

Made = TypeVar("Made")


def said(row: Alternative) -> str:
    """A row's choice in words; other measures have no title here."""
    return choice(row.choice, {})


def by_words(found: Mapping[Coded, Made]) -> dict[str, Made]:
    """What stands under a choice, by the choice in words."""
    return {choice(code, {}): made for code, made in found.items()}

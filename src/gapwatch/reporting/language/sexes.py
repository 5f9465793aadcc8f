"""Whose figures they are, in words: males, females, or persons, who are both sexes together."""

from __future__ import annotations

from gapwatch.contracts import PERSONS


def people(sex: str) -> str:
    """Several of a sex: `males`, `females`, `persons`."""
    return sex if sex == PERSONS else f"{sex}s"


def of_sex(sex: str, noun: str) -> str:
    """A noun with its sex, such as `male life expectancy`; of persons it stands alone."""
    return noun if sex in (PERSONS, "") else f"{sex} {noun}"

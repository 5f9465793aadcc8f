"""Who stands behind a report, and whether it is a draft."""

from __future__ import annotations

from collections.abc import Mapping

from gapwatch.reporting.language.numbers import listing
from gapwatch.study import NOBODY

DRAFT = "Draft"
_ASKED = {"analysed_by": "analyst", "approved_by": "approver"}


def named(people: Mapping[str, str], role: str) -> str:
    """Who is named for a role; "" where nobody is."""
    name = people.get(role, "")
    return "" if name in NOBODY else name


def draft(people: Mapping[str, str]) -> str:
    """Why a report is a draft, by who is named for which role; "" where it is none."""
    lacking = [f"no {word}" for role, word in _ASKED.items() if not named(people, role)]
    if not lacking:
        return ""
    return f"{DRAFT}: {listing(lacking)} {'is' if len(lacking) == 1 else 'are'} named."

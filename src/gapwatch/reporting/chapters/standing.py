"""Whom to ask about the report, and who analysed, assured and approved it."""

from __future__ import annotations

from gapwatch.reporting.document import ReleaseFacts, Standing
from gapwatch.reporting.language.standing import draft, named

ROLES = {
    "analysed_by": "Analysed by",
    "assured_by": "Assured by",
    "approved_by": "Approved by",
}


def standing(facts: ReleaseFacts) -> Standing:
    """As the study names them. Nobody is named for what nobody did: a draft says so."""
    told = dict(facts.people)
    people = tuple((label, name) for role, label in ROLES.items() if (name := named(told, role)))
    return Standing(told.get("contact", "not stated"), people, draft(told))

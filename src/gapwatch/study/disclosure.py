"""What a study says of disclosure control: when years of restricted deaths are closed for good."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gapwatch.study.base import Part, Year


class Disclosure(Part):
    """When restricted deaths of a year are first published, and from then on never read again.

    `calendar` is the step in which they enter: a whole calendar year, as every window is made of
    whole years. A year is closed `closed_after_months` months after its end; until then none of its
    deaths is used. `first_year` leaves out all years before it, which starts the figures again
    where earlier ones were published without this control.
    """

    calendar: Literal["year"] = "year"
    closed_after_months: int = Field(default=6, ge=1, le=60)
    first_year: Year | None = None

"""Sides and a promise to begin with: proposals, which say so, for people to replace."""

from __future__ import annotations

from dataclasses import dataclass

from gapwatch.starting.districts import District, DistrictWard


@dataclass(frozen=True)
class Proposal:
    """The most and the least deprived fifth of a district's wards, the most extreme ones first.

    `worse_years` and `better_years` are the plain means of the published figures of each side's
    wards for males in 2005-09, in years, to one decimal place.
    """

    most: tuple[DistrictWard, ...]
    least: tuple[DistrictWard, ...]
    worse_years: float
    better_years: float

    @property
    def gap_years(self) -> float:
        """How far the sides are apart, in years, to one decimal place."""
        return round(self.better_years - self.worse_years, 1)


def propose(district: District) -> Proposal:
    """Fifths by the average score of 2010; equal scores go by code."""
    ordered = sorted(district.wards, key=lambda ward: (-ward.score, ward.code))
    each = max(1, round(len(ordered) / 5))
    most, least = tuple(ordered[:each]), tuple(reversed(ordered[-each:]))
    return Proposal(most, least, _mean(most), _mean(least))


def _mean(wards: tuple[DistrictWard, ...]) -> float:
    return round(sum(ward.male_years for ward in wards) / len(wards), 1)

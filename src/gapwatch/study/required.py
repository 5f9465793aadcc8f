"""Which sources a pull can't do without: those that the verdict rests on, unless a study says so.

Maps, initiatives, what people said, and later figures on other areas with what carries them to the
sides, are context: where they can't be had, a pull goes on with what was pinned of them before.
"""

from __future__ import annotations

from gapwatch.study.model import Study
from gapwatch.study.sources import FileSource, FingertipsSource, PinnedSource, Source

CONTEXT = ("area_figure",)
"""Tables that stand beside the verdict, however they came; a snapshot may do without them."""


def is_required(study: Study, source: Source) -> bool:
    """Whether a pull stops when this source fails: as the study says, or by what it is used for.

    Outlines never decide anything. Published figures decide where they are of the study's own
    areas, or may be. Deaths, residents by age and the lookups of their levels are needed where
    the study computes life tables. A bridge's figures, residents and lookups are context.
    """
    if not isinstance(source, PinnedSource) and source.required is not None:
        return source.required
    return rests_on(study, source)


def rests_on(study: Study, source: Source) -> bool:
    """Whether trend and verdict are made of a source's figures, whatever `required` says."""
    counted = study.computed is not None
    used = {
        "boundary": False,
        "initiative": False,
        "voice": False,
        "life_expectancy": study.geography.vintage in _geographies(study, source),
        "deaths": counted,
        "population": counted,
        "lookup": source.id in _counting(study),
    }
    if source.table in CONTEXT:
        return False
    return isinstance(source, PinnedSource) or used.get(source.table, True)


def _geographies(study: Study, source: Source) -> set[str]:
    """Areas that published figures may be of; any, where the study doesn't say."""
    if isinstance(source, FingertipsSource):
        return {area_type.geography for area_type in source.area_types}
    if isinstance(source, FileSource) and "geography" in source.constants:
        return {source.constants["geography"]}
    return {study.geography.vintage}


def _counting(study: Study) -> set[str]:
    """Lookups that lead from counted blocks to areas."""
    if study.computed is None:
        return set()
    return {
        step for level in study.computed.levels for path in level.paths.values() for step in path
    }

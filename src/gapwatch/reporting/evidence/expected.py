"""What a study's trend is made from, and when more of it is expected."""

from __future__ import annotations

from gapwatch.study import Study

PUBLISHED = ("life_expectancy",)
COUNTED = ("deaths", "population")


def next_expected(study: Study) -> tuple[str, ...]:
    """When more data for the trend are expected, as the study says: of each kind once."""
    decides = study.computed is not None and study.computed.decides
    told = []
    for table in COUNTED if decides else PUBLISHED:
        found = (source.next_expected for source in study.sources if source.table == table)
        told.append(next(found, ""))
    return tuple(dict.fromkeys(text for text in told if text))

"""Series from a world's own deaths and residents, with what is counted once kept."""

from __future__ import annotations

from tests.unit.counting.worlds import World

from gapwatch.counting.areas import Counted, count
from gapwatch.counting.gaps import own_gaps
from gapwatch.gap.assessment import Judged, judge
from gapwatch.gap.evidence import Series
from gapwatch.study import Study

RELEASE = 2010
_UNCOUNTED = {"decides", "target", "area_window_years", "side_window_years", "tolerance_years"}
# A world stays as long as what was counted in it, or its id would pass to another.
_COUNTED: dict[tuple[int, str], tuple[World, Counted]] = {}


def counted(study: Study, world: World) -> Counted:
    """`count`, once for a world and what the study says of the counting."""
    rules = "" if study.computed is None else study.computed.model_dump_json(exclude=_UNCOUNTED)
    key = (id(world), rules)
    if key not in _COUNTED:
        made = count(study, world.inputs())
        if made is None:
            raise ValueError("the study counts nothing")
        _COUNTED[key] = (world, made)
    return _COUNTED[key][1]


def own_series(study: Study, world: World) -> Series:
    """What `series` gives where own life tables decide, without the tables that stand beside."""
    of = counted(study, world)
    made = own_gaps(study, of.levels[study.geography.vintage])
    return Series(study, world.inputs(), made.gaps, made.baselines, of, {})


def judged(of: Series) -> list[Judged]:
    """The measures of a series, judged for a release in 2010."""
    return judge(of.study, of.gaps, RELEASE, of.baselines)


def of_measure(items: list[Judged], name: str = "zones", sex: str = "male") -> Judged:
    """One measure and sex."""
    return next(i for i in items if (i.measure.id, i.sex) == (name, sex))

"""Later gaps, from figures on other areas: shown beside the trend, never joined to it.

The study's sides are carried to the areas that later figures are published on. An area stands for
a side when more than half of its residents live in it; how many residents that misplaces, either
way, is told with each figure. Measures without two fixed sides aren't carried: more areas make
another range.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from gapwatch.codes import BEST_FIT_BLOCKS, BEST_FIT_RESIDENTS, GROUP_EMPTY
from gapwatch.contracts import BRIDGE, BRIDGE_SIDE, BRIDGED_GAP
from gapwatch.errors import ValidationError
from gapwatch.gap.measures import Side, side
from gapwatch.gap.window_flags import quality_flags
from gapwatch.geography.bridge import Bridged, SideFit, bridge, bridge_table, side_table
from gapwatch.geography.panel import FloatArray, Panel, panel_of
from gapwatch.intervals import between_sides
from gapwatch.study import Bridge, Measure, Study
from gapwatch.tables import canonical

BASES = {"residents": BEST_FIT_RESIDENTS, "blocks": BEST_FIT_BLOCKS}
Frames = dict[str, pd.DataFrame]


def bridged_gaps(study: Study, inputs: Frames) -> Frames:
    """Tables bridge, bridge_side and bridged_gap; empty when the inputs hold nothing to carry.

    Raises StudyError for chains that don't connect, ValidationError for lookups, residents and
    figures that aren't of one vintage and one place.
    """
    published = inputs["life_expectancy"]
    areas, sides, gaps = [], [], []
    for described in study.geography.bridges:
        figures = published[published["geography"] == described.geography]
        if figures.empty or not _sided(study):
            continue
        carried = _carry(study, described, inputs, figures)
        zones = {name: zone.areas for name, zone in study.zones.items()}
        areas.append(bridge_table(carried, zones))
        sides.append(side_table(carried, _sides(study), names_of(inputs, described.geography)))
        gaps += [_gaps(study, carried, published, sex) for sex in study.sexes]
    if not areas:
        return {}
    return {
        "bridge": canonical(BRIDGE, pd.concat(areas, ignore_index=True), "bridge"),
        "bridge_side": canonical(BRIDGE_SIDE, pd.concat(sides, ignore_index=True), "bridge_side"),
        "bridged_gap": canonical(
            BRIDGED_GAP.coded, pd.concat(gaps, ignore_index=True), "bridged_gap"
        ),
    }


def _sided(study: Study) -> list[Measure]:
    return [measure for measure in study.measures if measure.kind in ("pair", "pooled")]


def _sides(study: Study) -> dict[str, tuple[str, ...]]:
    """The study's areas of every side that a measure has."""
    named = [name for measure in _sided(study) for name in (measure.worse, measure.better)]
    return {name: study.side(name) for name in named}


def names_of(inputs: Frames, geography: str) -> dict[str, str]:
    """Names of published areas by code: as published, or else as their outlines have them."""
    found: dict[str, str] = {}
    for table in ("boundary", "life_expectancy"):
        frame = inputs.get(table)
        if frame is not None:
            mine = frame[(frame["geography"] == geography)]
            named = mine[mine["area_name"] != mine["area_code"]]
            found |= dict(zip(named["area_code"], named["area_name"], strict=True))
    return found


def _carry(study: Study, described: Bridge, inputs: Frames, figures: pd.DataFrame) -> Bridged:
    if "lookup" not in inputs:
        raise ValidationError(
            f"bridge of {described.geography}",
            found="none",
            expected="lookups that carry these figures to the sides",
            remedy="pull the study's sources again, lookups among them",
        )
    rows = inputs["lookup"]
    lookups = {str(name): part for name, part in rows.groupby("source", sort=True)}
    return bridge(
        lookups,
        geography=described.geography,
        blocks=described.blocks,
        up=described.up,
        across=described.across,
        study_geography=study.geography.vintage,
        study_areas={area.code for area in study.geography.areas},
        published=set(figures["area_code"]),
        residents=_residents(inputs),
    )


def _residents(inputs: Frames) -> dict[str, pd.Series]:
    """Mean mid-year residents by code, for each geography whose population is known by age."""
    people = inputs.get("population")
    if people is None:
        return {}
    every = people.groupby(["geography", "area_code", "year"])["population_persons"].sum()
    mean = every.groupby(level=["geography", "area_code"]).mean()
    return {str(name): part.droplevel(0) for name, part in mean.groupby(level="geography")}


def _gaps(study: Study, carried: Bridged, published: pd.DataFrame, sex: str) -> pd.DataFrame:
    persons = carried.cells.groupby("area_code")["residents"].sum().sort_index()
    codes = tuple(map(str, persons.index))
    panel = panel_of(
        published,
        carried.geography,
        codes,
        sex,
        population=persons.to_numpy(dtype=np.float64),
        deprivation=np.full(len(codes), np.nan),
    )
    frames = [_frame(study, measure, carried, panel) for measure in _sided(study)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _frame(study: Study, measure: Measure, carried: Bridged, panel: Panel) -> pd.DataFrame:
    fits = {name: carried.side(study.side(getattr(measure, name))) for name in ("worse", "better")}
    worse, better = (_side(panel, fits[name]) for name in ("worse", "better"))
    reason = [one or other for one, other in zip(worse.reason, better.reason, strict=True)]
    hidden = np.array([bool(code) for code in reason])
    between = between_sides(worse.value, worse.se, better.value, better.se)

    def shown(values: FloatArray) -> FloatArray:
        return np.where(hidden, np.nan, values)

    width = np.fmax(worse.upper - worse.lower, better.upper - better.lower)
    data: dict[str, object] = {
        "geography": carried.geography,
        "measure": measure.id,
        "sex": panel.sex,
        "period_start": panel.start,
        "period_end": panel.end,
    }
    for name, found in (("worse", worse), ("better", better)):
        data |= {
            f"{name}_years": found.value,
            f"{name}_lower95_years": found.lower,
            f"{name}_upper95_years": found.upper,
            f"{name}_areas": len(fits[name].assigned),
            f"{name}_share_elsewhere": fits[name].share_elsewhere,
            f"{name}_share_outside": fits[name].share_outside,
        }
    data |= {
        "gap_years": shown(between.gap),
        "se_years": shown(between.se),
        "lower95_years": shown(between.lower),
        "upper95_years": shown(between.upper),
        "basis_code": BASES[carried.basis],
        "assumed_share": carried.assumed_share if carried.assumed else np.nan,
        "reason": reason,
        "flags": quality_flags(panel, width),
    }
    return pd.DataFrame(data)


def _side(panel: Panel, fit: SideFit) -> Side:
    """A side as its assigned areas have it; withheld as a whole where there is none."""
    if fit.assigned:
        return side(panel, fit.assigned)
    nothing: FloatArray = np.full(len(panel.start), np.nan)
    return Side(nothing, nothing, nothing, nothing, (GROUP_EMPTY,) * len(panel.start))

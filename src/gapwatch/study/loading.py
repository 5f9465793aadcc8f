"""Reading gapwatch.toml: what is wrong is refused with file, key, expected and found."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic import ValidationError as PydanticError

from gapwatch.contracts import SEXES
from gapwatch.errors import StudyError, UnfitError
from gapwatch.study import (
    computed_checks,
    fonts,
    limits,
    priority_checks,
    promise_checks,
    word_checks,
)
from gapwatch.study.base import BRITISH_GRID, Declared
from gapwatch.study.code_forms import CodeForms
from gapwatch.study.initiatives import faults
from gapwatch.study.model import Study
from gapwatch.study.sources import KINDS, MODELS
from gapwatch.study.wrong import wrong as _wrong

# Of two areas the extremes are the pair itself, and nothing is left to tell noise by.
_FEWEST_EXTREMES = 3


def load(path: Path) -> tuple[Study, str]:
    """Read a study file; return the study and the SHA-256 of its bytes.

    Raises StudyError, which names the file, the key, what was expected and what was found.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(limits.MOST_BYTES + 1)
    except OSError as error:
        raise StudyError(
            str(path),
            expected="a study file that can be read",
            found=str(error.strerror),
            remedy="name the study with --study, or run where gapwatch.toml is",
        ) from error
    beyond = limits.fault(raw)
    if beyond is not None:
        raise _wrong(path, *beyond, "a study needs no more: take out what isn't one")
    try:
        content = tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # of the first kind are numbers without end too
        raise _wrong(path, "the file", "TOML in UTF-8", str(error)[:300]) from error
    try:
        found = fonts.declared(path, content)
        letters = frozenset().union(*(one.letters for one in found))
        context = Declared(letters, CodeForms.declared(content), _sexes(content), _crs(content))
        study = Study.model_validate(content, context=context).with_typefaces(found)
    except RecursionError as error:
        raise _wrong(
            path, "the file", "tables inside tables as a study has them", "deeper ones"
        ) from error
    except PydanticError as error:
        raise _from_pydantic(path, error) from error
    problem = promise_checks.problem(study, content)
    if problem is not None:
        raise _wrong(path, *problem)
    _check_areas(path, study)
    problem = word_checks.problem(study, content)
    if problem is not None:
        raise _wrong(path, *problem)
    _check_measures(path, study)
    _check_bridges(path, study)
    computed_checks.check(path, study)
    problem = priority_checks.problem(study)
    if problem is not None:
        raise _wrong(path, *problem)
    _check_initiatives(path, study)
    return study, hashlib.sha256(raw).hexdigest()


def _sexes(content: dict[str, Any]) -> tuple[str, ...]:
    """The sexes that a study names; the default where it names none, or none that are sound."""
    told = content.get("study")
    named = told.get("sexes") if isinstance(told, dict) else None
    return tuple(map(str, named)) if isinstance(named, list) and named else SEXES


def _crs(content: dict[str, Any]) -> str:
    """The system of coordinates that a study names for its map, or the default."""
    told = content.get("geography")
    named = told.get("crs") if isinstance(told, dict) else None
    return named if isinstance(named, str) else BRITISH_GRID


def _without_kinds(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """A source's kind stands in the place of an error, but not in the file."""
    if len(location) > 2 and location[0] == "sources" and location[2] in MODELS:  # noqa: PLR2004
        return location[:2] + location[3:]
    return location


def _key_name(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _from_pydantic(path: Path, error: PydanticError) -> StudyError:
    # A misspelt key is both unknown and missing: the unknown one tells the reader more.
    first = min(error.errors(), key=lambda item: item["type"] != "extra_forbidden")
    location = first["loc"]
    key = _key_name(_without_kinds(location)) or "the file"
    if first["type"] == "extra_forbidden":
        known = _known_keys(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"remove it from {path}"
        return _wrong(path, key, f"one of {', '.join(known)}", "a key that is not known", remedy)
    if first["type"] == "missing":
        return _wrong(path, key, "a value", "nothing", f"add {location[-1]!r} to {path}")
    if first["type"] == "union_tag_invalid":
        kinds = ", ".join(KINDS)
        return _wrong(path, f"{key}.kind", f"one of {kinds}", limits.shown(first["ctx"]["tag"]))
    message = first["msg"]
    if first["type"] == "value_error":
        cause = first["ctx"]["error"]
        if isinstance(cause, UnfitError):
            return _wrong(path, key, cause.expected, cause.found)
    return _wrong(path, key, message.lower(), limits.shown(first["input"]))


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys that the model at this place accepts; walks the annotations, so it can't go stale."""
    model: Any = Study
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
        elif part in MODELS:
            model = MODELS[str(part)]
        else:
            model = get_args(model)[-1 if get_origin(model) is dict else 0]
        if get_origin(model) in (Union, UnionType):
            model = get_args(model)[0]
    if isinstance(model, type) and issubclass(model, BaseModel):
        return list(model.model_fields)
    return []


def _check_areas(path: Path, study: Study) -> None:
    codes = [area.code for area in study.geography.areas]
    forms = study.area_codes
    for number, code in enumerate(codes, 1):
        if not forms.fits(code, study.geography.vintage):
            wanted = f"a code of {study.geography.vintage}: {forms.wanted(study.geography.vintage)}"
            raise _wrong(path, f"geography.areas[{number}].code", wanted, repr(code))
        if code in codes[: number - 1]:
            raise _wrong(path, f"geography.areas[{number}]", "each area once", f"{code} again")
    places = [(area.row, area.column) for area in study.geography.areas]
    for number, place in enumerate(places, 1):
        if place in places[: number - 1]:
            raise _wrong(
                path,
                f"geography.areas[{number}]",
                "a tile of its own",
                f"row {place[0]}, column {place[1]} taken twice",
            )
    gridded = study.geography.crs == BRITISH_GRID
    for number, source in enumerate(study.sources, 1):
        if not gridded and source.kind == "portal" and source.table == "boundary":
            expected = f"outlines in {study.geography.crs}, or in degrees"
            found = f"{source.id}, whose outlines are on the British National Grid"
            raise _wrong(path, f"sources[{number}]", expected, found)
    _check_zones(path, study, codes)


def _check_zones(path: Path, study: Study, codes: list[str]) -> None:
    for key, zone in study.zones.items():
        if key in codes:
            raise _wrong(path, f"zones.{key}", "a name that is no area's code", repr(key))
        if not zone.areas:
            raise _wrong(path, f"zones.{key}.areas", "at least one area", "none")
        for number, code in enumerate(zone.areas, 1):
            where = f"zones.{key}.areas[{number}]"
            if code not in codes:
                raise _unknown_area(path, where, code, study)
            if code in zone.areas[: number - 1]:
                raise _wrong(path, where, "each area once", f"{code} again")


def _unknown_area(path: Path, where: str, found: str, study: Study) -> StudyError:
    known = [*study.zones, *study.area_names]
    near = difflib.get_close_matches(found, known, n=1)
    return _wrong(
        path,
        where,
        "a zone of the study or a code of geography.areas",
        repr(found),
        f"did you mean {near[0]!r}?" if near else "add the area to geography.areas",
    )


def _check_measures(path: Path, study: Study) -> None:
    ids = [measure.id for measure in study.measures]
    codes = study.area_names
    for number, measure in enumerate(study.measures, 1):
        where = f"measures[{number}] ({measure.id})"
        if measure.id in ids[: number - 1]:
            raise _wrong(path, where, "an id of its own", f"{measure.id} again")
        sided = measure.kind in ("pair", "pooled")
        for name in ("worse", "better"):
            side = getattr(measure, name)
            if sided and side not in study.zones and side not in study.area_names:
                raise _unknown_area(path, f"{where}.{name}", side, study)
            if not sided and side:
                raise _wrong(
                    path, f"{where}.{name}", f"no side: {measure.kind} takes all areas", repr(side)
                )
            if measure.kind == "pair" and side in study.zones:
                raise _wrong(
                    path,
                    f"{where}.{name}",
                    "one area: a pair compares two areas",
                    f"the zone {side!r}",
                    'use kind = "pooled" for zones',
                )
        if measure.kind == "extremes" and len(codes) < _FEWEST_EXTREMES:
            raise _wrong(
                path,
                f"{where}.kind",
                "three areas or more for extremes",
                str(len(codes)),
                'compare two areas with kind = "pair"',
            )
        both = set(study.side(measure.worse)) & set(study.side(measure.better)) if sided else set()
        if both:
            raise _wrong(
                path,
                where,
                "two sides with no area in common",
                f"{', '.join(sorted(both))} on both sides",
            )
    count = sum(measure.primary for measure in study.measures)
    if count != 1:
        raise _wrong(path, "measures", "one measure with primary = true", str(count))


def _check_bridges(path: Path, study: Study) -> None:
    lookups = [source.id for source in study.sources if source.table == "lookup"]
    seen = {study.geography.vintage}
    for number, bridge in enumerate(study.geography.bridges, 1):
        where = f"geography.bridges[{number}]"
        if bridge.geography in seen:
            raise _wrong(
                path,
                f"{where}.geography",
                "other areas than the study's own, once",
                bridge.geography,
            )
        seen.add(bridge.geography)
        for name in ("up", "across"):
            for place, source in enumerate(getattr(bridge, name), 1):
                if source not in lookups:
                    raise _wrong(
                        path,
                        f"{where}.{name}[{place}]",
                        f"a lookup of sources: {', '.join(lookups) or 'there is none'}",
                        repr(source),
                    )


def _check_initiatives(path: Path, study: Study) -> None:
    registers = any(source.table == "initiative" for source in study.sources)
    areas = study.named_areas
    found = faults(
        study.initiatives,
        study.expectations,
        areas,
        registers=registers,
        priorities=[one.id for one in study.priorities],
        indicators=[one.id for one in study.indicators],
    )
    for fault in found:
        raise _wrong(path, *fault)

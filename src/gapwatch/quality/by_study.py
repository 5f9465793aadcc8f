"""What a suite leaves to the study: the form of codes, sexes, ranking, rows of three windows.

An argument that is one of PARAMETERS stands for what the study says. Imports the standard library
alone: the process that checks needs it before anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CODE, SEXES, RANKING = "{code}", "{sexes}", "{ranking}"
THREE_WINDOWS = "{three_windows}"
# By parameter: what a study that says nothing of it means.
PARAMETERS: dict[str, Any] = {
    CODE: "[A-Z][0-9]{8}",
    SEXES: ["female", "male"],
    RANKING: "imd2010_average_score",
    THREE_WINDOWS: 6,
}


def resolved(
    expectations: list[dict[str, Any]], told: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The expectations of a suite with what the study says in the place of each parameter.

    `told` is what the study says by parameter. Where that isn't what a study that says nothing
    means, the words of the expectation are made anew. One of a ranking is left out where the study
    has none (None).
    """
    said = {**PARAMETERS, **(told or {})}
    found = []
    for item in expectations:
        asked = {name: value for name, value in item["kwargs"].items() if _is_parameter(value)}
        if any(said[value] is None for value in asked.values()):
            continue
        given = {name: _argument(value, said[value]) for name, value in asked.items()}
        says = item["says"]
        for value in asked.values():
            if said[value] != PARAMETERS[value] and value != THREE_WINDOWS:
                says = _words(value, said[value], str(item["kwargs"].get("column", "")))
        found.append({**item, "kwargs": {**item["kwargs"], **given}, "says": says})
    return found


def _is_parameter(value: object) -> bool:
    return isinstance(value, str) and value in PARAMETERS


def _argument(parameter: str, said: Any) -> Any:
    return f"^(?:{said})$" if parameter == CODE else said


def _words(parameter: str, said: Any, column: str) -> str:
    if parameter == CODE:
        return f"{column} is of the form that the study gives: {said}"
    if parameter == SEXES:
        return f"{column} is {' or '.join(said)}"
    return f"{said} is never missing"

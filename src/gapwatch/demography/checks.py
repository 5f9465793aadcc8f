"""Refusals shared by the package: an argument that can't be read exactly is a ``ValueError``.

Every message names the argument, what was expected and what was found. Nothing is repaired, cut to
length or cast in a way that could lose a digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StrArray = NDArray[np.str_]

LARGEST_COUNT = float(2**53)
"""Above this a float64 no longer holds every whole number, so a count could change silently."""


def refuse(argument: str, expected: str, found: object) -> ValueError:
    """The one form of every refusal: which argument, what was expected, what was found."""
    return ValueError(f"{argument}: expected {expected}; found {found}")


def numeric_array(argument: str, values: ArrayLike) -> NDArray[Any]:
    """``values`` as an array of real numbers, uncopied if it is one; masked entries become NaN."""
    try:
        array: NDArray[Any] = np.asanyarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise refuse(argument, "a rectangular array of numbers", error) from error
    if array.dtype.kind not in "iuf":
        found = f"dtype {array.dtype}" + _first_objects(array)
        raise refuse(argument, "real numbers within the range of float64", found)
    if isinstance(array, np.ma.MaskedArray):
        # np.asarray would drop the mask and publish whatever lies underneath it.
        return np.asarray(np.ma.filled(array.astype(np.float64), np.nan))
    return np.asarray(array)


def _first_objects(array: NDArray[Any]) -> str:
    if array.dtype.kind != "O" or array.size == 0:
        return ""
    strange = [value for value in array.ravel() if type(value) is not float]
    return f" holding {strange[0]!r}" if strange else ""


def real_array(argument: str, values: ArrayLike) -> FloatArray:
    """``values`` as a fresh float64 array of at least one axis; NaN stays, infinity is refused."""
    array = numeric_array(argument, values)
    if array.ndim == 0:
        raise refuse(argument, "an array with at least one axis", "a single number")
    if array.size == 0:
        raise refuse(argument, "at least one number", f"an empty array of shape {array.shape}")
    result = np.array(array, dtype=np.float64, order="C")
    if np.isinf(result).any():
        raise refuse(argument, "finite numbers", f"infinity at {_first(np.isinf(result))}")
    return result


def _first(where: BoolArray) -> str:
    index = tuple(int(i) for i in np.argwhere(where)[0])
    return f"index {index[0] if len(index) == 1 else index}"


def finite_array(argument: str, values: ArrayLike) -> FloatArray:
    """As ``real_array``, and NaN is refused too."""
    result = real_array(argument, values)
    if np.isnan(result).any():
        raise refuse(argument, "no missing values", f"NaN at {_first(np.isnan(result))}")
    return result


def refuse_where(argument: str, expected: str, values: FloatArray, wrong: BoolArray) -> None:
    """Raise when any entry of ``values`` is marked ``wrong``."""
    if wrong.any():
        found = values[wrong][0]
        raise refuse(argument, expected, f"{found:g} at {_first(wrong)}")


def count_array(argument: str, values: ArrayLike) -> FloatArray:
    """Counts for functions that have no code for a bad one: >= 0, at most 2**53, NaN = missing."""
    result = real_array(argument, values)
    refuse_where(argument, "counts of at least 0", result, result < 0)
    refuse_where(argument, "counts of at most 2**53", result, result > LARGEST_COUNT)
    return result


def same_shape(
    argument: str, shape: tuple[int, ...], other: str, expected: tuple[int, ...]
) -> None:
    """Raise unless the two shapes are equal: broadcasting would guess which axis was meant."""
    if shape != expected:
        raise refuse(argument, f"the shape of {other}, {expected}", f"shape {shape}")


def check_age_starts(age_starts: ArrayLike, bands: int | None = None) -> FloatArray:
    """The first age of each band: 0 first, strictly ascending, at least two, finite."""
    ages = finite_array("age_starts", age_starts)
    if ages.ndim != 1 or ages.size < 2:  # noqa: PLR2004 - one closed band and the open one
        raise refuse("age_starts", "a row of at least two ages", f"shape {ages.shape}")
    if ages[0] != 0:
        raise refuse("age_starts", "a first band that starts at 0", f"{ages[0]:g}")
    steps = np.diff(ages)
    if (steps <= 0).any():
        at = int(np.argmax(steps <= 0))
        raise refuse(
            "age_starts", "strictly ascending ages", f"{ages[at]:g} followed by {ages[at + 1]:g}"
        )
    if bands is not None and ages.size != bands:
        raise refuse("age_starts", f"one age for each of the {bands} bands", f"{ages.size} ages")
    ages.flags.writeable = False
    return ages


def check_level(level: float | Iterable[float]) -> FloatArray:
    """Levels of confidence as a 0-d array (one level) or a row (several), each inside (0, 1)."""
    array = numeric_array("level", level)  # type: ignore[arg-type]
    result = np.array(array, dtype=np.float64)
    if result.ndim > 1 or result.size == 0:
        raise refuse("level", "one level or a row of levels", f"shape {result.shape}")
    if not ((result > 0) & (result < 1)).all():
        raise refuse("level", "levels strictly between 0 and 1", level)
    return result


def check_whole(argument: str, value: int, least: int) -> int:
    """A whole number of at least ``least``: seeds, draws, years."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise refuse(argument, "a whole number", repr(value))
    if value < least:
        raise refuse(argument, f"at least {least}", value)
    return int(value)

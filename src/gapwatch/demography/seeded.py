"""Random numbers that depend on the seed alone.

NumPy promises that the raw bits of a bit generator never change; it makes no such promise for the
distributions built on them. The numbers here are made from raw bits by an inverse distribution
function, so a release can be replayed on another platform and under another NumPy.
"""

from __future__ import annotations

import math

import numpy as np

from gapwatch.demography.checks import FloatArray, check_whole


def uniforms(seed: int, shape: tuple[int, ...]) -> FloatArray:
    """Independent uniforms inside (0, 1): midpoints of 2**52 cells, from the bits of PCG64."""
    bits = np.random.PCG64(check_whole("seed", seed, 0)).random_raw(math.prod(shape))
    # 52 bits and not 53: the half must be exact, or the last cell would round up to 1.
    cells = (np.asarray(bits) >> np.uint64(12)).astype(np.float64)
    return ((cells + 0.5) * 2.0**-52).reshape(shape)


def normals(seed: int, shape: tuple[int, ...]) -> FloatArray:
    """Independent standard normals by inversion of ``uniforms``."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import, and only simulation needs it

    return np.asarray(ndtri(uniforms(seed, shape)), dtype=np.float64)

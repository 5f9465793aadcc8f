"""The nearest tables are those that trying every move finds."""

from __future__ import annotations

import numpy as np
import pytest

from gapwatch.counting.disclosure.nearby import Aim, BandMoves, Nearby, moves_of

BANDS, TRIED = 7, 5
MOVES = moves_of(BANDS, (1, -1, 2, -2, 5, -5), 2, ((0, 1, 0, 0),))


def every(table: np.ndarray, aims: list[Aim], moves: BandMoves, band: int, by: float) -> np.ndarray:
    """Tables of allowed moves by how far they are from the aims, one move after another."""
    found = []
    for j, k, a, b in zip(moves.one, moves.other, moves.by_one, moves.by_other, strict=True):
        other = table.copy()
        other[band] += by
        other[j] += a
        other[k] += b
        if band not in (j, k) and (other >= 0).all() and alike(np.array([other.sum()]))[0]:
            change = other - table
            away = sum(((change @ each - aim) / scale) ** 2 for each, aim, scale in aims)
            found.append((away, *other))
    return np.array(sorted(found))


def alike(totals: np.ndarray) -> np.ndarray:
    return (totals >= 30) & (totals <= 33)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("by", [-1.0, 1.0, 4.0])
def test_the_nearest_of_every_allowed_move_are_found(seed: int, by: float) -> None:
    chance = np.random.default_rng(seed)
    table = np.array([1.0, 0, 2, 4, 8, 9, 7])
    # A scale that leaves few within reach, and one that leaves all.
    scale = float(chance.choice([0.05, 1.0, 50.0]))
    aims = [(chance.normal(size=BANDS), float(chance.normal()), scale) for _ in range(2)]
    band = int(chance.integers(2, BANDS))
    found = Nearby(table, aims, MOVES, TRIED).tables([band], by, alike)
    wanted = every(table, aims, MOVES, band, by)
    assert len(wanted) > TRIED
    nearest = {tuple(row[1:]) for row in wanted[: TRIED + 1]}
    assert nearest <= {tuple(row) for row in found}
    assert len(found) <= 2 * TRIED
    assert ((found >= 0).all(axis=1) & alike(found.sum(axis=1))).all()
    assert (found[:, band] == table[band] + by).all()


def test_nothing_is_found_where_no_total_is_allowed() -> None:
    table = np.full(BANDS, 20.0)
    aims = [(np.ones(BANDS), 0.0, 1.0)]
    assert Nearby(table, aims, MOVES, TRIED).tables([0, 1], 1.0, alike).shape == (0, BANDS)

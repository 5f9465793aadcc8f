"""Which ages make a difference in life expectancy: Arriaga's method, symmetric, two ways.

``arriaga`` uses the formula of the paper on the columns of two tables, in floats.
``replacement`` never uses it: it builds, exactly, the hybrid tables that have the mortality of one
table below an age and of the other from that age on, and takes differences of their e0.
The two are the same quantity; a test holds them together.

References
----------
Arriaga EE (1984). Measuring and explaining the change in life expectancies. Demography 21, 83-96.
Andreev EM, Shkolnikov VM, Begun AZ (2002). Algorithm for decomposition of differences between
    aggregate demographic measures. Demographic Research 7, 499-522.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from tests.oracles.life_table import (
    Counts,
    LifeTable,
    Number,
    exact_life_table,
    exact_prob_dying,
    life_table,
    lived_fraction,
    widths,
)


def arriaga_one_way(first: LifeTable, second: LifeTable) -> list[float]:
    """Arriaga's direct, indirect and interaction effects by age, of going from first to second.

    With l scaled to 1 at birth in the first table,
    C_x = l1_x (L2_x/l2_x - L1_x/l1_x) + T2_(x+n) (l1_x/l2_x - l1_(x+n)/l2_(x+n)),
    open band C_w = l1_w (T2_w/l2_w - T1_w/l1_w). The sum is e2_0 - e1_0.
    Raises ZeroDivisionError when a table has no survivors at some age.
    """
    last = len(first.age_starts) - 1
    l1, l2 = first.alive, second.alive
    parts = []
    for i in range(last):
        direct = l1[i] / l1[0] * (second.lived[i] / l2[i] - first.lived[i] / l1[i])
        indirect = second.lived_above[i + 1] / l1[0] * (l1[i] / l2[i] - l1[i + 1] / l2[i + 1])
        parts.append(direct + indirect)
    open_second = second.lived_above[last] / l2[last]
    open_first = first.lived_above[last] / l1[last]
    parts.append(l1[last] / l1[0] * (open_second - open_first))
    return parts


def arriaga(
    age_starts: Sequence[int],
    deaths_a: Counts,
    population_a: Counts,
    *,
    deaths_b: Counts,
    population_b: Counts,
) -> list[float]:
    """Years of e0(B) - e0(A) due to each band: mean of A to B and minus (B to A)."""
    table_a = life_table(age_starts, deaths_a, population_a)
    table_b = life_table(age_starts, deaths_b, population_b)
    forward = arriaga_one_way(table_a, table_b)
    backward = arriaga_one_way(table_b, table_a)
    return [(f - b) / 2 for f, b in zip(forward, backward, strict=True)]


Band = tuple[Fraction, Fraction]


def _bands(age_starts: Sequence[int], deaths: Counts, population: Counts) -> list[Band]:
    """Each closed band as (survival, years lived there by one who enters it); open (0, 1/M)."""
    out = []
    for i, n in enumerate(widths(age_starts)):
        if n is None:
            out.append((Fraction(0), Fraction(population[i]) / Fraction(deaths[i])))
        else:
            q = exact_prob_dying(age_starts[i], n, deaths[i], population[i])
            a = lived_fraction(age_starts[i], n)
            out.append((1 - q, n * (1 - q + a * q)))
    return out


def _expectancy(bands: Sequence[Band]) -> Fraction:
    """Years lived by one newborn who passes through the bands in turn."""
    alive, years = Fraction(1), Fraction(0)
    for survival, lived in bands:
        years += alive * lived
        alive *= survival
    return years


def replacement_one_way(first: Sequence[Band], second: Sequence[Band]) -> list[Fraction]:
    """Contribution of band k = e0(first below k, second from k) - e0(first to k, second beyond).

    Hybrid with the whole of the second table first, the whole of the first table last; the steps
    telescope to e2_0 - e1_0. Each step equals Arriaga's C_k.
    """
    hybrids = [_expectancy([*first[:k], *second[k:]]) for k in range(len(first) + 1)]
    return [hybrids[k] - hybrids[k + 1] for k in range(len(first))]


def replacement(
    age_starts: Sequence[int],
    deaths_a: Counts,
    population_a: Counts,
    *,
    deaths_b: Counts,
    population_b: Counts,
) -> list[Fraction]:
    """The symmetric decomposition of e0(B) - e0(A), exactly; defined even where l falls to 0."""
    side_a = _bands(age_starts, deaths_a, population_a)
    side_b = _bands(age_starts, deaths_b, population_b)
    forward = replacement_one_way(side_a, side_b)
    backward = replacement_one_way(side_b, side_a)
    return [(f - b) / 2 for f, b in zip(forward, backward, strict=True)]


def _bisect(rises_above_zero: Callable[[float], bool], low: float, high: float) -> float:
    """The point at which a rising function crosses 0, by halving until the floats meet."""
    for _ in range(200):
        middle = (low + high) / 2
        if rises_above_zero(middle):
            high = middle
        else:
            low = middle
    return (low + high) / 2


def uniform_cut(
    age_starts: Sequence[int],
    deaths: Counts,
    population: Counts,
    *,
    ages: Sequence[int],
    wanted: Number,
    most: float = 0.999,
) -> float | None:
    """The one proportional cut c in M at the given band starts that lifts e0 to ``wanted``.

    Deaths at those ages become (1 - c) D on an unchanged population. 0 when e0 is there already;
    None when even a cut of ``most`` does not reach it. Deaths avoided are c times those deaths.
    """

    def reached(cut: float) -> bool:
        kept = [
            Fraction(d) * (1 - Fraction(cut)) if x in ages else Fraction(d)
            for x, d in zip(age_starts, deaths, strict=True)
        ]
        return exact_life_table(age_starts, kept, population).expectancy[0] >= wanted

    if reached(0.0):
        return 0.0
    if not reached(most):
        return None
    return _bisect(reached, 0.0, most)

"""One abridged period life table at a time: once in floats, once in exact rational arithmetic.

The two routes are deliberately different. ``life_table`` walks down the columns of the table
(l, d, L, T), as the textbook prints it. ``exact_life_table`` never forms survivors: it works
backwards from the open band with conditional recursions in ``fractions.Fraction``.

References
----------
Chiang CL (1968). Introduction to Stochastic Processes in Biostatistics. Wiley (chapter 9).
Silcocks PBS, Jenner DA, Reza R (2001). Life expectancy as a summary of mortality in a population:
    statistical considerations and suitability for use by health authorities.
    J Epidemiol Community Health 55, 38-43.
Eayres D, Williams ES (2004). Evaluation of methodologies for small area life expectancy
    estimation. J Epidemiol Community Health 58, 243-249.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import NormalDist
from typing import NamedTuple

Number = int | float | Fraction
Counts = Sequence[Number]

MIN_PERSON_YEARS = 5_000
MAX_INTERVAL_YEARS = 20
MIN_OPEN_BAND_DEATHS = 10
WIDE_INTERVAL_YEARS = 4


class LifeTable(NamedTuple):
    """Columns of one table, one entry a band; the last band is open.

    ``width`` n and ``fraction`` a are None in the open band. ``expectancy``, ``variance``, ``se``,
    ``lower`` and ``upper`` are None at ages that nobody reaches (l = 0), where T / l is 0 / 0.
    """

    age_starts: list[int]
    width: list[int | None]
    fraction: list[float | None]
    rate: list[float]
    prob_dying: list[float]
    alive: list[float]
    dying: list[float]
    lived: list[float]
    lived_above: list[float]
    expectancy: list[float | None]
    variance: list[float | None]
    se: list[float | None]
    lower: list[float | None]
    upper: list[float | None]


class ExactTable(NamedTuple):
    """Exact expectation of life and its variance at every age; None where nobody survives."""

    age_starts: list[int]
    prob_dying: list[Fraction]
    expectancy: list[Fraction | None]
    variance: list[Fraction | None]
    se: list[float | None]


class Estimate(NamedTuple):
    """What may be published: a value and interval (None when withheld), and the reasons why."""

    value: float | None
    lower: float | None
    upper: float | None
    refusals: list[str]
    flags: list[str]


# --- the shape of the table -----------------------------------------------------------------


def widths(age_starts: Sequence[int]) -> list[int | None]:
    """Width of each band, n_i = x_(i+1) - x_i; None for the open band."""
    closed: list[int | None] = [
        age_starts[i + 1] - age_starts[i] for i in range(len(age_starts) - 1)
    ]
    return [*closed, None]


def lived_fraction(age_start: int, width: int) -> Fraction:
    """Chiang's a: share of the band lived by those who die in it. 1/10 in infancy, else 1/2."""
    if age_start == 0 and width == 1:
        return Fraction(1, 10)
    return Fraction(1, 2)


def normal_quantile(level: float = 0.95) -> float:
    """z such that a standard normal lies within +-z with probability ``level``."""
    return NormalDist().inv_cdf(0.5 + level / 2)


# --- route one: the columns of the table, in floats -----------------------------------------


def prob_dying(width: int, fraction: float, deaths: float, population: float) -> float:
    """Chiang's conversion, q = nM / (1 + nM(1 - a)); 1 where D > P / (n a)."""
    if deaths > population / (width * fraction):
        return 1.0
    hazard = width * deaths / population
    return hazard / (1.0 + hazard * (1.0 - fraction))


def _variance_at(
    start: int,
    *,
    table_width: list[int | None],
    fraction: list[float | None],
    q: list[float],
    alive: list[float],
    expectancy: list[float | None],
    deaths: Sequence[float],
    rate: list[float],
) -> float | None:
    """Var(e_x) = [sum_(i>=x) l_i^2 ((1-a_i)n_i + e_(i+1))^2 q_i^2 (1-q_i)/D_i + open] / l_x^2.

    The open band adds l_w^2 / (D_w M_w^2) (Silcocks et al 2001). A band without deaths adds none;
    nor does a band in which all die (1 - q = 0).
    """
    if alive[start] == 0:
        return None
    last = len(q) - 1
    terms = []
    for i in range(start, last):
        if deaths[i] == 0 or q[i] == 1 or expectancy[i + 1] is None:
            continue
        var_q = q[i] ** 2 * (1.0 - q[i]) / deaths[i]
        years_lost = (1.0 - fraction[i]) * table_width[i] + expectancy[i + 1]
        terms.append(var_q * (alive[i] * years_lost) ** 2)
    terms.append(alive[last] ** 2 / (deaths[last] * rate[last] ** 2))
    return math.fsum(terms) / alive[start] ** 2


def life_table(
    age_starts: Sequence[int],
    deaths: Counts,
    population: Counts,
    level: float = 0.95,
    radix: float = 100_000.0,
) -> LifeTable:
    """The whole table by its columns: M, q, l, d, L, T, e, then variance, SE and interval.

    M = D/P; L = n(l_next + a d); open band q = 1 and L = l/M; T = sum of L from x up; e = T/l.
    Raises ZeroDivisionError when a population or the open band's deaths are 0.
    """
    last = len(age_starts) - 1
    d_obs = [float(v) for v in deaths]
    p_obs = [float(v) for v in population]
    n = widths(age_starts)
    a: list[float | None] = [float(lived_fraction(age_starts[i], n[i])) for i in range(last)]
    a.append(None)
    rate = [d_obs[i] / p_obs[i] for i in range(last + 1)]
    q = [prob_dying(n[i], a[i], d_obs[i], p_obs[i]) for i in range(last)]
    q.append(1.0)

    alive = [float(radix)]
    for i in range(last):
        alive.append(alive[i] * (1.0 - q[i]))
    dying = [alive[i] * q[i] for i in range(last + 1)]
    lived = [n[i] * (alive[i + 1] + a[i] * dying[i]) for i in range(last)]
    lived.append(alive[last] / rate[last])
    lived_above = [math.fsum(lived[i:]) for i in range(last + 1)]
    expectancy = [lived_above[i] / alive[i] if alive[i] > 0 else None for i in range(last + 1)]

    variance = [
        _variance_at(
            i,
            table_width=n,
            fraction=a,
            q=q,
            alive=alive,
            expectancy=expectancy,
            deaths=d_obs,
            rate=rate,
        )
        for i in range(last + 1)
    ]
    se = [None if v is None else math.sqrt(v) for v in variance]
    z = normal_quantile(level)
    lower = [None if s is None else expectancy[i] - z * s for i, s in enumerate(se)]
    upper = [None if s is None else expectancy[i] + z * s for i, s in enumerate(se)]
    return LifeTable(
        age_starts=list(age_starts),
        width=n,
        fraction=a,
        rate=rate,
        prob_dying=q,
        alive=alive,
        dying=dying,
        lived=lived,
        lived_above=lived_above,
        expectancy=expectancy,
        variance=variance,
        se=se,
        lower=lower,
        upper=upper,
    )


# --- route two: backwards, exactly ----------------------------------------------------------


def exact_prob_dying(age_start: int, width: int, deaths: Number, population: Number) -> Fraction:
    """q from Chiang's conversion in rational arithmetic, never above 1.

    q = D n / (P + D n (1 - a)) exceeds 1 exactly where D > P / (n a).
    """
    d, p, a = Fraction(deaths), Fraction(population), lived_fraction(age_start, width)
    return min(Fraction(1), d * width / (p + d * width * (1 - a)))


def exact_with_published_a(
    age_starts: Sequence[int],
    deaths: Sequence[Number],
    population: Sequence[Number],
    a_x: Sequence[Number],
) -> tuple[list[Fraction], list[Fraction]]:
    """e_x and its variance at every age with a_x years lived by the dying of each closed band.

    By columns and person-years, in rational arithmetic, in years and not in shares of a band:
    q = n m / (1 + (n - a) m), L = n l_next + a d, open band l / m; e = T / l; Chiang's variance
    with (n - a + e_next). Assumes that somebody reaches every age.
    """
    last = len(age_starts) - 1
    m = [Fraction(d) / Fraction(p) for d, p in zip(deaths, population, strict=True)]
    alive, lived, q = [Fraction(1)], [], []
    for i in range(last):
        n, a = age_starts[i + 1] - age_starts[i], Fraction(a_x[i])
        q.append(min(Fraction(1), n * m[i] / (1 + (n - a) * m[i])))
        alive.append(alive[i] * (1 - q[i]))
        lived.append(n * alive[i + 1] + a * (alive[i] - alive[i + 1]))
    lived.append(alive[last] / m[last])
    e = [sum(lived[i:], Fraction(0)) / alive[i] for i in range(last + 1)]
    variance = []
    for x in range(last + 1):
        total = alive[last] ** 2 / (Fraction(deaths[last]) * m[last] ** 2)
        for i in range(x, last):
            n, a = age_starts[i + 1] - age_starts[i], Fraction(a_x[i])
            if deaths[i]:
                of_q = q[i] ** 2 * (1 - q[i]) / Fraction(deaths[i])
                total += (alive[i] * (n - a + e[i + 1])) ** 2 * of_q
        variance.append(total / alive[x] ** 2)
    return e, variance


def exact_life_table(age_starts: Sequence[int], deaths: Counts, population: Counts) -> ExactTable:
    """Expectation and variance at every age, without survivors, from the open band backwards.

    e_w = P_w / D_w                    Var(e_w) = P_w^2 / D_w^3   (that is 1 / (D_w M_w^2))
    e_x = n (1 - q + a q) + (1 - q) e_(x+n)
    Var(e_x) = (1 - q)^2 Var(e_(x+n)) + q^2 (1 - q)/D ((1 - a) n + e_(x+n))^2

    which is Chiang's sum written as a recursion. Only the SE leaves exact arithmetic.
    """
    last = len(age_starts) - 1
    n = widths(age_starts)
    d_open, p_open = Fraction(deaths[last]), Fraction(population[last])
    q = [exact_prob_dying(age_starts[i], n[i], deaths[i], population[i]) for i in range(last)]
    e = p_open / d_open
    variance = p_open**2 / d_open**3
    expectancies = [e]
    variances = [variance]
    for i in reversed(range(last)):
        a = lived_fraction(age_starts[i], n[i])
        var_q = q[i] ** 2 * (1 - q[i]) / Fraction(deaths[i]) if deaths[i] != 0 else Fraction(0)
        variance = (1 - q[i]) ** 2 * variance + var_q * ((1 - a) * n[i] + e) ** 2
        e = n[i] * (1 - q[i] + a * q[i]) + (1 - q[i]) * e
        expectancies.insert(0, e)
        variances.insert(0, variance)

    reached = [all(q[j] < 1 for j in range(i)) for i in range(last + 1)]
    return ExactTable(
        list(age_starts),
        [*q, Fraction(1)],
        [v if ok else None for v, ok in zip(expectancies, reached, strict=True)],
        [v if ok else None for v, ok in zip(variances, reached, strict=True)],
        [math.sqrt(v) if ok else None for v, ok in zip(variances, reached, strict=True)],
    )


# --- refusal: reasons to publish nothing ----------------------------------------------------


def s01_too_few_person_years(population: Counts, minimum: Number = MIN_PERSON_YEARS) -> bool:
    """S01: fewer than 5,000 person-years in all bands together (Eayres & Williams 2004)."""
    return sum(population) < minimum


def s02_empty_band(population: Counts) -> bool:
    """S02: a band with population <= 0."""
    return any(p <= 0 for p in population)


def s03_more_deaths_than_people(deaths: Counts, population: Counts) -> bool:
    """S03: deaths > population in some band."""
    return any(d > p for d, p in zip(deaths, population, strict=True))


def s04_no_deaths_in_open_band(deaths: Counts) -> bool:
    """S04: no deaths in the open band, so that its rate says people live for ever."""
    return deaths[-1] == 0


def s05_interval_too_wide(lower: float, upper: float, maximum: float = MAX_INTERVAL_YEARS) -> bool:
    """S05: the 95% interval is wider than 20 years."""
    return upper - lower > maximum


def s06_negative_count(deaths: Counts, population: Counts) -> bool:
    """S06: a negative count of deaths or of people."""
    return any(v < 0 for v in [*deaths, *population])


def _is_missing(value: Number | None) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def s07_bands_missing(
    age_starts: Sequence[int],
    deaths: Sequence[Number | None],
    population: Sequence[Number | None],
    expected: Sequence[int] | None = None,
) -> bool:
    """S07: bands missing.

    True when a count is absent (None or not a number), the lists differ in length, the bands do not
    start at 0 and rise, there are fewer than two, or they are not the ``expected`` ones.
    """
    if len(age_starts) < 2 or not len(age_starts) == len(deaths) == len(population):
        return True
    if age_starts[0] != 0 or any(n is not None and n <= 0 for n in widths(age_starts)):
        return True
    if expected is not None and list(age_starts) != list(expected):
        return True
    return any(_is_missing(v) for v in [*deaths, *population])


# --- quality: the value is kept, with a warning ---------------------------------------------


def q01_few_deaths_in_open_band(deaths: Counts, minimum: Number = MIN_OPEN_BAND_DEATHS) -> bool:
    """Q01: fewer than 10 deaths in the open band."""
    return deaths[-1] < minimum


def q02_zero_death_band(deaths: Counts) -> bool:
    """Q02: some band has no deaths."""
    return any(d == 0 for d in deaths)


def q03_wide_interval(lower: float, upper: float, limit: float = WIDE_INTERVAL_YEARS) -> bool:
    """Q03: the 95% interval is wider than 4 years."""
    return upper - lower > limit


# --- all together ---------------------------------------------------------------------------


def count_refusals(
    age_starts: Sequence[int],
    deaths: Sequence[Number | None],
    population: Sequence[Number | None],
    expected: Sequence[int] | None = None,
) -> list[str]:
    """Every refusal that the counts alone decide, in order of code.

    With bands missing the other rules cannot be judged, and S07 stands alone.
    """
    if s07_bands_missing(age_starts, deaths, population, expected):
        return ["S07"]
    rules = [
        ("S01", s01_too_few_person_years(population)),
        ("S02", s02_empty_band(population)),
        ("S03", s03_more_deaths_than_people(deaths, population)),
        ("S04", s04_no_deaths_in_open_band(deaths)),
        ("S06", s06_negative_count(deaths, population)),
    ]
    return [code for code, broken in rules if broken]


def estimate(
    age_starts: Sequence[int],
    deaths: Sequence[Number | None],
    population: Sequence[Number | None],
    at_age: int = 0,
    expected: Sequence[int] | None = None,
) -> Estimate:
    """Life expectancy at ``at_age`` as it may be published, with S01-S07 and Q01-Q03.

    Under S05 the interval is kept and the value withheld; under any other refusal both are None.
    """
    refusals = count_refusals(age_starts, deaths, population, expected)
    if refusals:
        return Estimate(None, None, None, refusals, [])
    table = life_table(age_starts, deaths, population)
    i = list(age_starts).index(at_age)
    value, lower, upper = table.expectancy[i], table.lower[i], table.upper[i]
    rules = [
        ("Q01", q01_few_deaths_in_open_band(deaths)),
        ("Q02", q02_zero_death_band(deaths)),
        ("Q03", lower is not None and q03_wide_interval(lower, upper)),
    ]
    flags = [code for code, raised in rules if raised]
    if lower is not None and s05_interval_too_wide(lower, upper):
        return Estimate(None, lower, upper, ["S05"], flags)
    return Estimate(value, lower, upper, [], flags)

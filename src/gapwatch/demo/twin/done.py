"""What is done in the invented borough, of which the truth is known, and what people there said.

Work clubs do what was expected of them; the change that walking groups were to bring is too small
to be seen; what warm homes were to bring was written down after they began; the kitchens are too
young. Neither the claimants nor the answers are part of any other figure of the demonstration.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from gapwatch.demo.twin import names
from gapwatch.demo.twin.published import IntArray
from gapwatch.demo.twin.residents import YEARS

CLAIMANTS, ANSWERS = "claimants/wards", "listening/doorstep"
NAMES = {CLAIMANTS: "claimantswards2001to2025.csv", ANSWERS: "doorstep2024.csv"}
CLAIMANTS_HEADER = (
    "Ward code",
    "Ward name",
    "Figure",
    "Year",
    "First day",
    "Last day",
    "Value",
)
ANSWERS_HEADER = ("Ward code", "Priority", "People who answered", "Named it", "Quote", "Consent")
COUNTED, PEOPLE = "claimants", "residents-16-64"
WORK_CLUBS, WORK_CLUBS_START, TRUE_EFFECT = (1, 5), 2018, 0.70
_AGES = slice(16, 65)
_CLAIMANTS_SEED, _ANSWERS_SEED = 16, 17
_FEW_ANSWERS = 12  # a ward where hardly anybody was at home
PRIORITIES = {
    "money": "Money, local economy, jobs and training",
    "health": "Health, wellbeing and healthcare",
    "communities": "Communities and connections",
}
_QUOTES = {
    (2, "money"): "There is work, but none that pays the rent.",
    (9, "communities"): "I know my neighbours since the garden.",
}


def files(people: IntArray, seed: int) -> dict[str, dict[str, bytes]]:
    """The files by landing page and name; `people` are residents by ward, year and single age."""
    return {
        CLAIMANTS: {NAMES[CLAIMANTS]: _claimants(people, seed)},
        ANSWERS: {NAMES[ANSWERS]: _answers(seed)},
    }


def _csv(header: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()


def claimants(people: IntArray, seed: int) -> IntArray:
    """Claimants by ward and year: Poisson around a rate that wards share but for their own level.

    From the start of the work clubs on, those of their wards are fewer by what the clubs do.
    """
    rng = np.random.default_rng([seed, _CLAIMANTS_SEED])
    of_working_age = people[:, :, _AGES].sum(axis=2)
    level = np.array([plan.deprivation for plan in names.WARDS])
    shared = np.cumsum(rng.normal(0.0, 0.04, len(YEARS)))
    own = rng.normal(0.0, 0.02, (len(level), len(YEARS)))
    rate = 0.03 * np.exp(0.7 * level[:, np.newaxis] + shared + own)
    working = np.isin(np.arange(len(level)), WORK_CLUBS)[:, np.newaxis]
    rate = rate * np.where(working & (YEARS >= WORK_CLUBS_START), TRUE_EFFECT, 1.0)
    found: IntArray = rng.poisson(rate * of_working_age)
    return found


def _claimants(people: IntArray, seed: int) -> bytes:
    of_working_age = people[:, :, _AGES].sum(axis=2)
    made = {COUNTED: claimants(people, seed), PEOPLE: of_working_age}
    return _csv(
        CLAIMANTS_HEADER,
        (
            (
                names.ward_code(ward),
                plan.name,
                figure,
                int(year),
                f"{year}-01-01",
                f"{year}-12-31",
                int(counts[ward, at]),
            )
            for figure, counts in made.items()
            for ward, plan in enumerate(names.WARDS)
            for at, year in enumerate(YEARS)
        ),
    )


def _answers(seed: int) -> bytes:
    rng = np.random.default_rng([seed, _ANSWERS_SEED])
    rows: list[Sequence[object]] = []
    for ward, plan in enumerate(names.WARDS):
        people = 6 if ward == _FEW_ANSWERS else int(rng.integers(40, 90))
        for priority, share in (
            ("money", 0.45 + 0.2 * plan.deprivation),
            ("health", 0.40),
            ("communities", 0.25),
        ):
            quote = _QUOTES.get((ward, priority), "")
            rows.append(
                (
                    names.ward_code(ward),
                    PRIORITIES[priority],
                    people,
                    int(rng.binomial(people, share)),
                    quote,
                    "yes" if quote else "",
                )
            )
    return _csv(ANSWERS_HEADER, iter(rows))


_INITIATIVES = """
[[initiatives]]
id = "work-clubs"
title = "Work clubs"
led_by = "The invented council of Ravensholt"
theme = "money"
starts_on = 2018-04-01
areas = {work_clubs}
where_basis = "delivery"
areas_chosen = "other"
reference = "Invented for this demonstration: they lower the rate of claimants by 30%"

[[expectations]]
id = "fewer-claimants"
initiative = "work-clubs"
indicator = "claimants"
direction = "lower"
size_percent = 25
before = [2013, 2017]
after = [2019, 2023]
registered_on = 2017-11-01

[[initiatives]]
id = "walking-groups"
title = "Walking groups"
led_by = "A charity that doesn't exist"
theme = "health"
starts_on = 2019
areas = {walking}
where_basis = "residents"
areas_chosen = "worst"
reference = "Invented for this demonstration: a change of 5% in one ward's deaths can't be seen"

[[expectations]]
id = "fewer-deaths"
initiative = "walking-groups"
indicator = "deaths"
direction = "lower"
size_percent = 5
before = [2014, 2018]
after = [2019, 2023]
registered_on = 2018-06-01

[[initiatives]]
id = "warm-homes"
title = "Warm homes"
led_by = "The invented council of Ravensholt"
theme = "health"
starts_on = "2020-10"
ends_on = "2022-03"
areas = {warm}
where_basis = "delivery"
areas_chosen = "worst"
reference = "Invented for this demonstration: what was expected was written down after the start"

[[expectations]]
id = "fewer-winter-deaths"
initiative = "warm-homes"
indicator = "deaths"
direction = "lower"
size_percent = 30
before = [2015, 2019]
after = [2021, 2025]
registered_on = 2021-06-01

[[initiatives]]
id = "neighbourhood-kitchens"
title = "Neighbourhood kitchens"
led_by = "Invented neighbours"
theme = "communities"
starts_on = "2024-05"
areas = {kitchens}
where_basis = "delivery"
areas_chosen = "other"
reference = "Invented for this demonstration: the years after aren't known yet"

[[expectations]]
id = "fewer-claimants-by-kitchens"
initiative = "neighbourhood-kitchens"
indicator = "claimants"
direction = "lower"
size_percent = 20
before = [2019, 2023]
after = [2025, 2028]
registered_on = 2024-02-01

[[initiatives]]
id = "job-fair"
title = "Job fair"
led_by = "Invented employers"
theme = "money"
starts_on = 2022
areas = {fair}
where_basis = "delivery"
reference = "Invented for this demonstration: nothing was expected of it in writing"

[[indicators]]
id = "claimants"
priority = "money"
title = "Residents aged 16 to 64 who claim benefits for being out of work"
source = "ward-claimants"
numerator = ["claimants"]
denominator = ["residents-16-64"]
per = 100
unit = "%"
better = "lower"
exposure = "residents"
interval = "newcombe"
age_standardised = false
"""
_PRIORITY = """
[[priorities]]
id = {id}
name = {name}
asked_by = "Invented residents of Ravensholt"
source = "Invented for this demonstration: a survey on doorsteps"
"""


def study() -> str:
    """TOML of priorities, initiatives, expectations and the indicator that they name."""

    def wards(*numbers: int) -> str:
        return json.dumps([names.ward_code(number) for number in numbers])

    told = "".join(
        _PRIORITY.format(id=json.dumps(id_), name=json.dumps(name))
        for id_, name in PRIORITIES.items()
        if id_ != "money"  # the indicators that are compared have it already
    )
    return told + _INITIATIVES.format(
        work_clubs=wards(*WORK_CLUBS),
        walking=wards(8),
        warm=wards(0, 2),
        kitchens=wards(9, 10),
        fair=wards(1, 3),
    )


def sources() -> dict[str, tuple[str, str, Mapping[str, object]]]:
    """By landing page: the id of its source, its table and title with its description."""
    return {
        CLAIMANTS: (
            "ward-claimants",
            "area_figure",
            {
                "title": "Claimants and residents of working age by ward of 2011, 2001 to 2025",
                "header": CLAIMANTS_HEADER,
                "columns": {
                    "area_code": "Ward code",
                    "area_name": "Ward name",
                    "figure": "Figure",
                    "period": "Year",
                    "first_day": "First day",
                    "last_day": "Last day",
                    "value": "Value",
                },
                "constants": {"geography": "ward2011"},
            },
        ),
        ANSWERS: (
            "doorstep-survey",
            "voice",
            {
                "title": "What people named on their doorsteps, by ward of 2011, 2024",
                "header": ANSWERS_HEADER,
                "columns": {
                    "area_code": "Ward code",
                    "theme": "Priority",
                    "respondents_persons": "People who answered",
                    "mentions_persons": "Named it",
                    "quote": "Quote",
                    "consent": "Consent",
                },
                "values": {
                    "theme": {name: id_ for id_, name in PRIORITIES.items()},
                    "consent": {"yes": "given", "": ""},
                },
                "constants": {
                    "programme": "doorstep-survey",
                    "wave": "2024",
                    "question": "prompted",
                    "sample": "representative",
                },
                "units": {"respondents_persons": "persons", "mentions_persons": "persons"},
            },
        ),
    }

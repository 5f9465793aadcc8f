"""The invented borough's study, written as any other study is, from its places."""

from __future__ import annotations

import json

from gapwatch.demo.twin import asked, done, names
from gapwatch.demo.twin.borough import borough
from gapwatch.demo.twin.counted import BASE, SIDES, Twin
from gapwatch.demo.twin.folder import FIRST_LINE
from gapwatch.demo.twin.study_sources import sources

BASELINE = (2005, 2009)
DEADLINE = 2035
# Prior of a year's own excess, in years of gap, where a pandemic struck; as wide as METHODS allows
# for what nobody foresaw.
SHOCK_SD_YEARS = 3.0
INVENTED = (
    "Ravensholt does not exist. Its people, deaths and figures are invented to show what gapwatch "
    "does."
)
_HEAD = """{first_line}
# Scenario {scenario}, seed {seed}. {path}

[study]
id = "ravensholt-{scenario}"
place = "Ravensholt"
area_code = "{borough}"
title = "The life-expectancy gap in Ravensholt, an invented borough"
invented = "{invented}"

[promise]
text = "halve the gap in life expectancy between the north of the borough and {affluent} by 2035"
made_by = "the invented council of Ravensholt"
source = "Invented for this demonstration: a boy born in the north of Ravensholt can expect \
to live about {worse} years, one born in {affluent} about {better}"
sex = "male"
stated_worse_years = {worse}
stated_better_years = {better}
stated_gap_years = {gap}
baseline_period = {baseline}
share_of_baseline = 0.5
deadline_year = {deadline}

[projection]
shocks = {shocks}

[geography]
vintage = "ward2011"
deprivation = "imd2010_average_score"
comparators = ["{borough}", "{region}", "{country}"]
areas = [
{areas}
]

[[geography.bridges]]
geography = "msoa2021"
blocks = "lsoa2021"
up = ["lsoa2021-to-msoa2021"]
across = ["lsoa2011-to-lsoa2021", "lsoa2011-to-ward2011"]
reason = "For 2019 to 2023 and later, life expectancy is published for MSOAs of 2021, with a top \
age band of 90 and over. These figures can't be compared with those for wards."

[zones.north]
name = "North of the borough"
definition = "The eight wards north of the canal, on 2011 to 2021 wards"
areas = {north}

[zones.rest]
name = "Rest of the borough"
definition = "All other wards, on 2011 to 2021 wards"
areas = {rest}

[[measures]]
id = "north-v-{slug}"
title = "North of the borough v {affluent}"
kind = "pooled"
worse = "north"
better = "{affluent_code}"
primary = true

[[measures]]
id = "north-v-rest"
title = "North of the borough v rest of the borough"
kind = "pooled"
worse = "north"
better = "rest"

[[measures]]
id = "{poorest_slug}-v-{slug}"
title = "{poorest} v {affluent}"
kind = "pair"
worse = "{poorest_code}"
better = "{affluent_code}"

[[measures]]
id = "extremes"
title = "Lowest ward v highest ward, corrected for chance"
kind = "extremes"

[[measures]]
id = "slope"
title = "Most deprived v least deprived end of the borough"
kind = "slope"

[computed]
decides = true
bases = ["{base}"]

[[computed.levels]]
geography = "ward2011"
paths = {{ lsoa2011 = ["lsoa2011-to-ward2011"] }}

[[computed.levels]]
geography = "ward2024"
paths = {{ lsoa2011 = ["lsoa2011-to-lsoa2021", "lsoa2021-to-ward2024"] }}

[[computed.levels]]
geography = "msoa2021"
paths = {{ lsoa2011 = ["lsoa2011-to-lsoa2021", "lsoa2021-to-msoa2021"] }}

[[computed.levels]]
geography = "borough"
paths = {{ lsoa2011 = ["lsoa2011-to-borough"] }}

[simulation]
seed = 2035

[publishers]
fingertips = "{address}fingertips/api/"
nomis = "{address}nomis/api/v01/"
portal = "{address}portal/rest/services/"
organisation = "gapwatch demo"
contact = "{address}"
"""


def study(twin: Twin, seed: int, address: str) -> str:
    """The study file's text, asking publishers whose addresses begin with `address`."""
    wards = borough().wards
    affluent, poorest = wards[names.AFFLUENT], wards[names.POOREST]
    found = twin.truth(SIDES, *BASELINE)
    worse, better = (round(float(found[side][1])) for side in ("north", "affluent"))
    shocks = ", ".join(f"{year} = {SHOCK_SD_YEARS}" for year in twin.scenario.shock)
    areas = "\n".join(
        f"    {{ code = {json.dumps(ward.code)}, name = {json.dumps(ward.name)}, "
        f"row = {ward.row}, column = {ward.column} }},"
        for ward in wards
    )
    head = _HEAD.format(
        first_line=FIRST_LINE,
        scenario=twin.scenario.name,
        seed=seed,
        path=f"The true gap {twin.scenario.path}.",
        invented=INVENTED,
        borough=names.BOROUGH_CODE,
        region=names.REGION_CODE,
        country=names.COUNTRY_CODE,
        affluent=affluent.name,
        affluent_code=affluent.code,
        slug=_slug(affluent.name),
        poorest=poorest.name,
        poorest_code=poorest.code,
        poorest_slug=_slug(poorest.name),
        worse=worse,
        better=better,
        gap=better - worse,
        baseline=list(BASELINE),
        deadline=DEADLINE,
        shocks=f"{{ {shocks} }}" if shocks else "{}",
        areas=areas,
        north=json.dumps(list(SIDES["north"])),
        rest=json.dumps(list(SIDES["rest"])),
        base=BASE,
        address=address,
    )
    return head + asked.STUDY + done.study() + sources(address)


def _slug(name: str) -> str:
    return name.lower().replace("'", "").replace(" ", "-")

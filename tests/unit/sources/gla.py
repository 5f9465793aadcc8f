"""Descriptions of the GLA's ward files, all of London; `keep` on the borough narrows them."""

LIFE_EXPECTANCY = r"""
id = "gla-ward-life-expectancy"
kind = "file"
table = "life_expectancy"
next_expected = "none: the series ended with 2010-14"
title = "Life expectancy at birth and age 65 by ward"
publisher = "Greater London Authority"
attribution = "Greater London Authority, from ONS deaths and mid-year populations"
path = "life-expectancy-ward-at-Birth.csv"
encoding = "latin-1"
header = ["Ward", "Old Ward Code", "Local Authority", "Ward name", "Geography"]
columns = { area_code = "Ward", area_name = "Ward name", geography = "Geography" }
wide = '(?P<period>\d{4}-\d{2,4});(?P<sex>Male|Female);(?P<measure>.+)'

[keep]
Geography = ["Ward", "Local Authority", "Region"]

[drop]
Ward = [
  "E12000001", "E12000002", "E12000003", "E12000004", "E12000005", "E12000006", "E12000008",
  "E12000009", "W92000004",
]

[values.geography]
Ward = "ward2011"
"Local Authority" = "borough"
Region = "region"

[values.measure]
"Life expectancy at birth" = "life_expectancy_years"
"95% Lower" = "lower95_years"
"95% Upper" = "upper95_years"

[units]
life_expectancy_years = "years"
lower95_years = "years"
upper95_years = "years"
"""

_ATLAS = r"""
kind = "file"
next_expected = "none: the atlas is no longer updated"
title = "London Ward Atlas"
publisher = "Greater London Authority"
attribution = "Greater London Authority, from ONS and MHCLG"
path = "ward-atlas-data.csv"
encoding = "latin-1"
header = ["Codes", "New Code", "Borough", "Names"]
header_rows = 2
columns = { area_code = "New Code", area_name = "Names" }
constants = { geography = "ward2011" }
"""

# The City's one row is the borough; the last rows are sums. Figures of wards lie between them.
_ROWS = r"""
[drop]
Codes = ["00AA"]
Names = ["London", "England", "England and Wales"]
"""

POPULATION_DEATHS = (
    'id = "gla-ward-atlas"\ntable = "population_deaths"\n'
    + _ATLAS
    + r"""
wide = '[A-Z][A-Za-z ]+; (?P<measure>Deaths|All ages); (?P<year>20[01][0-9])'
"""
    + _ROWS
    + r"""
[values.measure]
Deaths = "deaths_persons"
"All ages" = "population_persons"

[units]
deaths_persons = "persons"
population_persons = "persons"
"""
)

AREA_REFERENCE = (
    'id = "gla-ward-imd"\ntable = "area_reference"\n'
    + _ATLAS
    + r"""
wide = 'Indices of Deprivation; Average Score; (?P<measure>2007|2010)'
"""
    + _ROWS
    + r"""
[values.measure]
2007 = "imd2007_average_score"
2010 = "imd2010_average_score"

[units]
imd2007_average_score = "score"
imd2010_average_score = "score"
"""
)

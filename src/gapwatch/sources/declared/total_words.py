"""Words by which publishers mean all of a column: they stand for the sum of the others."""

from __future__ import annotations

import re

_THINGS = (
    r"age ?groups?|ages?|areas?|boroughs?|categories|causes|deaths|districts|ethnic groups|"
    r"ethnicities|genders?|groups|lsoas|months|msoas|people|persons?|places|population|quarters|"
    r"quintiles|deciles|regions|residents|sexes|tenures|types|usual residents|wards|years|causes "
    r"of death"
)
_TOTAL = re.compile(
    rf"\(?all\)?|(?:all|total)[,:]? (?:{_THINGS})|(?:(?:{_THINGS})[,:]? )?(?:(?:grand|sub|overall)"
    r"[ -]?)?totals?|persons?|people|everyone|overall|both(?: sexes)?|males? (?:and|&) females?",
    re.IGNORECASE,
)


def is_total(word: str) -> bool:
    """Whether a word is one by which publishers mean all of a column."""
    return _TOTAL.fullmatch(word) is not None

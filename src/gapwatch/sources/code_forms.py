"""Whether the codes of a source's tables are of the forms that the study says its areas have."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gapwatch.errors import ValidationError
from gapwatch.study import Source, is_restricted

# Of tables that join areas, both ends.
_ENDS = (
    ("geography", "area_code"),
    ("from_geography", "from_code"),
    ("to_geography", "to_code"),
)


def require_forms(source: Source, found: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a code that no area of its kind has; `found` is the tables of one source by name.

    Raises ValidationError, which names the code but for a restricted source.
    """
    for table, frame in found.items():
        for geography, code in _ENDS:
            if not {geography, code} <= set(frame.columns):
                continue
            pairs = frame[[geography, code]].dropna().drop_duplicates()
            for kind, one in zip(pairs[geography], pairs[code], strict=True):
                if source.area_codes.fits(str(one), str(kind)):
                    continue
                hidden = "another, which isn't told: the file is restricted"
                raise ValidationError(
                    f"{source.id}, {table}, {code} of {kind}",
                    expected=f"codes of {source.area_codes.wanted(str(kind))}",
                    found=hidden if is_restricted(source) else repr(str(one)),
                    remedy="correct the code; or say in the study what codes these areas have: "
                    f'code_patterns = {{ {kind} = "..." }} in [geography]',
                )

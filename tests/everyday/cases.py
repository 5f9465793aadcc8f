"""Small files that once came to a wrong number without a word, and controls that must pass.

A case has a folder here; what it lacks is of its control. What a refusal must say stands beside.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
# Controls, with the male gap of the newest window and the verdict.
RIGHT = {
    "counts": ("counts", 7.8, (2021, 2025), "off track"),
    "one-death-a-row": ("counts", 7.8, (2021, 2025), "off track"),
    "one-published-window": ("counts", 7.8, (2021, 2025), "off track"),
    "published": ("published", 12.5, (2010, 2014), "cannot calculate"),
    "all-measures": ("published", 12.5, (2010, 2014), "cannot calculate"),
}
# Studies that are refused: their control, where, and what is said there.
REFUSED = {
    "withheld-in-a-sparse-file": ("counts", "deaths.csv, row 2", "the mark '*'"),
    "a-year-of-residents-doubled": ("counts", "residents-change", "12,634 persons"),
    "rounded-counts": ("counts", "deaths_persons", "every count is a multiple of 5"),
    "years-left-out": ("counts", "E05099002, 2022 to 2023", "none at all"),
    "codes-exchanged": ("published", "the name of E05099002", "the two codes are exchanged"),
    "outlines-in-degrees": ("published", "outlines.csv", "coordinates from (-0.2, 51.5)"),
    "a-published-jump": ("published", "change", "E05099002; sex male; period_start 2008"),
}
# Sources that are refused: what is found, and what to do.
DESCRIBED = {
    ("errors-in-cells", "errors"): ("the error #N/A", "correct the formula"),
    ("repeated-headings", "repeated"): ("2 of them", 'write "Lower 95%#1"'),
    ("columns-nobody-described", "added"): ("nothing of 'Sex', 'Age'", "totals = {"),
    ("other-layouts", "semicolons"): ("parted by semicolons", 'delimiter = ";"'),
    ("other-layouts", "tabs"): ("parted by tabs", r'delimiter = "\t"'),
    ("other-layouts", "utf16"): ("byte order mark of UTF-16", 'encoding = "utf-16"'),
    ("other-layouts", "notes"): ("'[x]'", "add the mark to missing"),
    ("hidden-rows", "filtered"): ("4 of 10 rows hidden", 'hidden = "count"'),
    ("units-of-age", "units"): ("'months', 'weeks', 'years'", 'age_unit = "Age unit"'),
}


def files_of(case: str, control: str) -> dict[str, bytes]:
    """Every file of a case by its name; what it lacks is its control's."""
    found = {}
    for folder in ("counts", control, case):
        found |= {path.name: path.read_bytes() for path in (FOLDER / folder).iterdir()}
    if control == "published":
        found = {name: found[name] for name in found if name not in ("deaths.csv", "pop.csv")}
    return found

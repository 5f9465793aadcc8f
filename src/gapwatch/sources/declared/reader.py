"""Reads one sheet of a workbook in a process of its own, whose memory and time are limited.

Started as a program by `gapwatch.sources.declared.weight`; nothing of gapwatch is imported here, so
that it starts at once. Standard input is the workbook. Standard output is JSON, one value a line:
the names of the sheets with the merged cells of this one, then each row, then `{"end": rows}`; or
`{"fault": words}` at any point.
"""

from __future__ import annotations

import io
import json
import sys

# Rows of at most this many characters, which no spreadsheet's cell may have alone.
LONGEST_CELL = 32_767
_LONGEST_PLACE = 5


def _limit(memory_bytes: int, seconds: int) -> None:
    """What is beyond these ends this process, and nothing but it; where the platform has limits."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _told(cell: object) -> object:
    if isinstance(cell, (bool, int, float)):
        return cell
    text = cell if isinstance(cell, str) else str(cell)
    if len(text) > LONGEST_CELL:
        raise ValueError(f"a cell of {len(text):,} characters, where {LONGEST_CELL:,} are the most")
    return text


def _place(key: str, names: list[str]) -> int | None:
    """The place of a sheet from 0 by its name, or by `#` and its place from 1; None for none."""
    if key[:1] == "#" and key[1:].isdecimal() and len(key) <= _LONGEST_PLACE:
        return int(key[1:]) - 1 if 0 < int(key[1:]) <= len(names) else None
    return names.index(key) if key in names else None


def main() -> None:
    """Read the sheet that the command names."""
    name, memory_bytes, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    import python_calamine

    content = sys.stdin.buffer.read()
    _limit(memory_bytes, seconds)
    out = sys.stdout.buffer

    def tell(value: object) -> None:
        out.write(json.dumps(value).encode() + b"\n")

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        place = _place(name, workbook.sheet_names)
        sheet = None if place is None else workbook.get_sheet_by_index(place)
        tell([workbook.sheet_names, list((sheet and sheet.merged_cell_ranges) or ())])
        if sheet is not None:
            rows = 0
            for row in sheet.to_python(skip_empty_area=False):
                tell([_told(cell) for cell in row])
                rows += 1
            tell({"end": rows})
    except MemoryError:
        raise
    except BaseException as error:  # the reader's panics aren't Exceptions
        tell({"fault": str(error)[:200] or "none"})
    out.flush()


if __name__ == "__main__":
    main()

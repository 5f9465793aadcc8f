"""Which characters a name may have: those that the report's typefaces can draw.

A test holds every run against the fonts.
"""

from __future__ import annotations

from collections.abc import Collection

from gapwatch.errors import UnfitError


def _of(runs: str) -> frozenset[str]:
    """The characters of runs such as `0020-007E 00A0`."""
    ends = ((run.partition("-")[0], run.rpartition("-")[2]) for run in runs.split())
    return frozenset(
        chr(at) for first, last in ends for at in range(int(first, 16), int(last, 16) + 1)
    )


# What every cut of the report's own typeface has.
PRINTED = _of(
    """
    0020-007E 00A0-017F 0218-021B 02C6 02DA 02DC 03A9 03BC 03C0 03C3-03C4 1E80-1E85 1EF2-1EF3
    2009 2010-2015 2018-201E 2020-2022 2026 202F-2030 2032-2033 2039-203A 2044 2070 2074 20AC
    2122 2190-2193 2212 2215 2248 2260 2264-2265 25A0-25A1 25B2 25BC 25C6 25CB 25CF 2713 2717
    """
)
# Further Latin, Greek, Cyrillic, Armenian and Georgian: set from left to right, one by one. These
# and the next ones are DejaVu Sans's, regular and bold, which comes with matplotlib in the lock.
FURTHER = _of(
    """
    0180-0217 021C-024F 0370-0373 0376-0377 037B-037D 0386 0388-038A 038C 038E-03A1 03A3-03A8
    03AA-03BB 03BD-03BF 03C1-03C2 03C5-03F5 03F7-0481 048A-0525 0531-0556 0561-0587 10D0-10FA
    1E00-1E7F 1E86-1EF1 1EF4-1EFB
    """
)
# Hebrew, Arabic, N'Ko, Lao, Canadian syllabics, old Greek, Tifinagh, signs and emoji: joined,
# stacked or set from right to left, which the chart's and the PDF's engines do by the font's rules.
SHAPED = _of(
    """
    05B0-05C3 05C6-05C7 05D0-05EA 05F0-05F4 0606-0607 0609-060A 060C 0615 061B 061F 0621-063A
    0640-0655 0657 065A 0660-0670 0674 0679-06BF 06C6-06C8 06CB-06CC 06CE 06D0 06D5 06F0-06F9
    07C0-07E7 07EB-07F5 07F8-07FA 0E81-0E82 0E84 0E87-0E88 0E8A 0E8D 0E94-0E97 0E99-0E9F
    0EA1-0EA3 0EA5 0EA7 0EAA-0EAB 0EAD-0EB9 0EBB-0EBD 0EC0-0EC4 0EC6 0EC8-0ECD 0ED0-0ED9
    0EDC-0EDD 1401-1407 1409-141B 141D-1435 1437-144A 144C-1452 1454-14BD 14C0-14EA 14EC-1507
    1510-153E 1540-1550 1552-156A 1574-1585 158A-1596 15A0-15AF 15DE 15E1 1646-1647 166E-1676
    1F00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4
    1FB6-1FC4 1FC6-1FD3 1FD6-1FDB 1FDD-1FEF 1FF2-1FF4 1FF6-1FFE 2D30-2D65 2D6F 2600-269C
    269E-26B8 26C0-26C3 26E2 2701-2704 2706-2709 270C-2712 2714-2716 2718-2727 2729-274B 274D
    274F-2752 2756 2758-275E 2761-2794 2798-27AF 27B1-27BE 1F42D-1F42E 1F431 1F435 1F600-1F623
    1F625-1F62B 1F62D-1F640
    """
)
# Said between letters, not seen: how two are joined, and which form a sign has.
JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_PLAIN = PRINTED | FURTHER
_SHOWN_LACKING = 5


def printable(text: str, declared: Collection[str] = frozenset()) -> str:
    """The text, where the report's typefaces have its characters, or fonts that a study declares.

    Anything else would print as a box. Joiners stand behind characters of scripts that have them:
    in a Latin name nobody would see them. Raises UnfitError, which names the characters.
    """
    lacking, behind = [], ""
    for character in text:
        if character in JOINERS:
            known = bool(behind)
        else:
            known = character in _PLAIN or character in SHAPED or character in declared
            behind = "" if character in _PLAIN else character
        if not known and character not in lacking:
            lacking.append(character)
    if lacking:
        named = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in lacking[:_SHOWN_LACKING])
        more = f" and {len(lacking) - _SHOWN_LACKING} more" * (len(lacking) > _SHOWN_LACKING)
        raise UnfitError(
            "characters that the report's typefaces have, or a font under [[fonts]] of the study",
            f"{named}{more}",
        )
    return text

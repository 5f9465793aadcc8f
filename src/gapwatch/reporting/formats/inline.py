"""Charts inside the page itself: what they draw with stands there once, for all of them.

Letters, markers and clips are most of a chart's bytes, and every chart has the same ones. A page of
twenty charts is half as large when it holds them once. `standalone` puts a chart of a page together
again, so that it can stand by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from gapwatch.reporting.formats.compact import gathered, lines_once, stepped

DEFINITIONS = "drawn-with"
_SVG = "http://www.w3.org/2000/svg"
# The style that matplotlib gives each of its drawings; the page's stylesheet has it for all.
_STYLE = "*{stroke-linejoin:round;stroke-linecap:butt}"
_USED = re.compile(r"(?<=#)[\w.-]+(?=\))")
_NAMED = re.compile(r'href="#([^"]+)"|\(#([\w.-]+)\)')
# The letters of a line: most of a chart's elements, all alike. They are held back while the rest is
# read, a place in their stead.
_LINE = re.compile(r'(?:<use href="#[^"]+"(?: x="[^"]+")?/>\s*)+')
_LETTER = re.compile(r'#([^"]+)"(?: x="([^"]+)")?')
_HELD = re.compile(r'<use href="@(\d+)"/>')
_MOVED = re.compile(r"(?<=translate\()[^)]*")
_LONG = re.compile(r"-?\d+\.\d+")
_WHITE = re.compile("#ffffff")


class Drawings:
    """Takes charts one by one; `definitions` goes into the page before the first of them."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._lines: list[str] = []

    def add(self, svg: str, version: str) -> Markup:
        """An SVG of ours as an element of the page, of class `version`.

        Raises ElementTree.ParseError where it isn't well formed.
        """
        lines: list[str] = []

        def held(found: re.Match[str]) -> str:
            lines.append(found.group())
            return f'<use href="@{len(lines) - 1}"/>'

        root = ET.fromstring(_LINE.sub(held, svg))  # noqa: S314 - our own, and none fails this
        named = {
            one.get("id", ""): self._hold(one) for part in root.iter(_tag("defs")) for one in part
        }
        view = escape(root.get("viewBox", ""))
        letters = [_letters(line, named) for line in lines]
        blank = {f"@{place}": "" for place, line in enumerate(letters) if not line}
        inside = _HELD.sub(lambda found: letters[int(found[1])], _inside(root, named | blank))
        return Markup('<svg class="{}" viewBox="{}" aria-hidden="true">{}</svg>').format(
            version,
            view,
            Markup(inside),  # noqa: S704 - every attribute was escaped as it was written
        )

    def together(self, charts: Sequence[Markup]) -> list[Markup]:
        """All charts of a page as they stand in it: their lines of letters are held once too."""
        drawn, self._lines = lines_once([str(chart) for chart in charts])
        return [Markup(chart) for chart in drawn]  # noqa: S704 - as above

    @property
    def definitions(self) -> Markup:
        """What the charts were drawn with, as an element that takes no room."""
        inside = Markup("\n".join([*self._held.values(), *self._lines]))  # noqa: S704 - as above
        return Markup(
            '<svg id="{}" class="hidden" width="0" height="0" aria-hidden="true"><defs>\n{}\n'
            "</defs></svg>"
        ).format(DEFINITIONS, inside)

    def _hold(self, one: ET.Element) -> str:
        """The name in the page of what an SVG defines; "" for what draws nothing, as a blank."""
        if one.tag == _tag("style") or (one.tag == _tag("path") and not one.get("d")):
            return ""
        own = one.get("id", "")
        name, place = own, 1
        while True:
            text = _written(one, {own: name}, name)
            if self._held.setdefault(name, text) == text:
                return name
            place += 1
            name = f"{own}-{place}"


class Definitions:
    """What the drawings of a `page`, as text, share: letters and marks by the name in the page."""

    def __init__(self, page: str) -> None:
        held = ET.fromstring(_element(page, f'<svg id="{DEFINITIONS}"'))  # noqa: S314 - our own
        self._known = {one.get("id", ""): one for part in held for one in part}
        self._texts: dict[str, str] = {}

    def standalone(self, drawing: str) -> str:
        """A `drawing` of the page, as text, as an SVG that needs nothing else.

        Raises KeyError for a definition that the page lacks.
        """
        tag, _, rest = drawing.partition(">")
        view = ET.fromstring(f"{tag}/>").get("viewBox", "0 0 0 0")  # noqa: S314 - our own
        width, height = view.split()[2:]
        defined = "".join(self._text(name) for name in self._used_by(rest))
        return (
            f'<svg xmlns="{_SVG}" width="{width}pt" height="{height}pt" viewBox="{escape(view)}">'
            f"<defs><style>{_STYLE}</style>{defined}</defs>{rest}"
        )

    def _text(self, name: str) -> str:
        if name not in self._texts:
            self._texts[name] = _written(self._known[name], {}, name)
        return self._texts[name]

    def _used_by(self, drawing: str) -> list[str]:
        """Names that a drawing refers to, those that their definitions refer to among them."""
        found: dict[str, None] = {}
        waiting = [drawing]
        while waiting:
            names = ("".join(either) for either in _NAMED.findall(waiting.pop()))
            new = [name for name in dict.fromkeys(names) if name not in found]
            found |= dict.fromkeys(new)
            waiting += [self._text(name) for name in new if name in self._known]
        return list(found)


def drawings(figure: str) -> dict[str, str]:
    """The versions of a chart inside the markup of its figure, as text by class."""
    return {
        version: _element(figure, f'<svg class="{version}"')
        for version in ("wide", "narrow")
        if f'<svg class="{version}"' in figure
    }


def _element(page: str, begins: str) -> str:
    """The first element of a page that begins so, up to its end; "" where there is none."""
    _, found, rest = page.partition(begins)
    return f"{begins}{rest.partition('</svg>')[0]}</svg>" if found else "<svg></svg>"


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _inside(one: ET.Element, named: dict[str, str]) -> str:
    """What an element holds, as text."""

    def written(child: ET.Element, said: tuple[str, ...]) -> str:
        return _written(child, named, said=said)

    def group(key: str, value: str, held: str) -> str:
        return f'<g {key}="{escape(_short("g", key, _renamed(value, named), one))}">{held}</g>'

    return gathered(one, written, group)


def _written(
    one: ET.Element, named: dict[str, str], name: str = "", said: tuple[str, ...] = ()
) -> str:
    """An element as text: `name` is its id, `named` what the ids are called that it refers to.

    Definitions are left out, as are groups that say nothing, uses of what draws nothing, and the
    attributes `said` of a group around it.
    """
    tag = one.tag.rpartition("}")[2]
    if tag in ("defs", "metadata", "style"):
        return ""
    if tag == "use" and not named.get(_own(one), _own(one)):
        return ""
    inside = _inside(one, named)
    given = {key: value for key, value in one.attrib.items() if key not in ("id", *said)}
    if tag == "g" and not name and (not given or not inside):
        return inside
    told = "".join(
        f' {key}="{escape(_short(tag, key, _renamed(value, named), one))}"'
        for key, value in given.items()
    )
    identity = f' id="{escape(name)}"' if name else ""
    return f"<{tag}{identity}{told}>{inside}</{tag}>" if inside else f"<{tag}{identity}{told}/>"


def _letters(line: str, named: dict[str, str]) -> str:
    """The letters of a line as `_written` would write each."""
    told = ""
    for own, place in _LETTER.findall(line):
        if name := named.get(own, own):
            told += f'<use href="#{name}"{_at(place)}/>'
    return told


@lru_cache(4096)
def _at(place: str) -> str:
    return f' x="{_tenths(place)}"' if place else ""


def _tenths(place: str) -> str:
    """Where a letter stands, in a hundredth of its size."""
    return f"{float(place):.1f}".rstrip("0").rstrip(".")


def _own(one: ET.Element) -> str:
    return one.get("href", "").removeprefix("#")


def _renamed(value: str, named: dict[str, str]) -> str:
    if value.startswith("#"):
        return f"#{named.get(value[1:], value[1:])}"
    return _USED.sub(lambda found: named.get(found.group(), found.group()), value)


def _short(tag: str, key: str, value: str, one: ET.Element) -> str:
    """A value to the hundredth of a point."""
    if key == "transform":
        return _MOVED.sub(lambda moved: _LONG.sub(_rounded, moved.group()), value)
    if key in ("x", "y") and tag == "use":
        # What has a height is a marker, which stands in points.
        return f"{float(value):.2f}".rstrip("0").rstrip(".") if one.get("y") else _tenths(value)
    if key == "d":
        return stepped(value)
    return _WHITE.sub("#fff", value) if key == "style" else value


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found.group()):.2f}".rstrip("0").rstrip(".")

"""What the site says of a release beside its own words: sources, citation, addresses, sizes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gapwatch.reporting.language.numbers import date
from gapwatch.reporting.language.speech import Speech, respelled, speaking
from gapwatch.site.shelf import ShelvedRelease

_SOURCE = re.compile(r"Source: ([^.]+?)(?: licensed under[^.]*)?(?:\.|$)")
_OGL = "Open Government Licence v3.0"
_CROWN = "Contains OS data © Crown copyright and database right"
# What two lines of the smallest letters of a picture hold, licences apart.
_MOST_LETTERS = 240
LICENCE = (
    "Figures and text may be used under the licences of the sources that are named here, with the "
    "attributions that they ask for."
)
NAMES = {
    "report.html": "The whole report",
    "summary.pdf": "Summary",
    "report.pdf": "The whole report",
    "annex.pdf": "Annex: tables, sources, reproduction",
    "kit/summary.docx": "Summary for a board paper",
    "kit/slides.pptx": "Three slides",
    "kit/figures.xlsx": "Figures in a workbook",
}
FORMS = {
    "html": "web page",
    "pdf": "PDF",
    "docx": "Word",
    "pptx": "PowerPoint",
    "xlsx": "Excel",
}


@dataclass(frozen=True)
class PagePlace:
    """Where a page stands; `base` is the site's address with a slash, "" where it has none."""

    page: str
    base: str

    def to(self, name: str) -> str:
        """A file of the site or of a release, as a link from the page."""
        return posixpath.relpath(name, posixpath.dirname(self.page) or ".")

    def whole(self, name: str) -> str:
        """The same for readers elsewhere: with the address where there is one."""
        return f"{self.base}{name}" if self.base else self.to(name)

    @property
    def top(self) -> str:
        """What leads back to the site's first page."""
        return self.to("index.html")


def page_of(release: str) -> str:
    """The page of a release."""
    return f"pages/{release}/index.html"


def picture_of(release: str, figure: str, form: str) -> str:
    """A picture of one of its charts."""
    return f"pages/{release}/{figure}.{form}"


def sources(entry: ShelvedRelease) -> str:
    """The publishers of its data in two lines of a picture, with the licence that all name.

    Where there are more than two lines hold, the rest is left to cite.txt, and that is said.
    """
    rights = " ".join(entry.rights)
    names = [name.strip() for found in _SOURCE.findall(rights) for name in found.split(";")]
    licences = [f"{told}." for told in (_OGL, _CROWN) if told in rights]
    if not names:
        held = _in_short(entry.rights, " ", "Further sources are in cite.txt.")
    else:
        held = _in_short(list(dict.fromkeys(names)), "; ", "others, which are in cite.txt")
        held = f"Source: {held}."
    return " ".join([held, *(told for told in licences if told not in held)])


def _in_short(told: Sequence[str], between: str, further: str) -> str:
    """As many of these as a picture has room for, the first always; then the word for the rest."""
    most = next(
        (n for n in range(len(told), 1, -1) if len(between.join(told[:n])) <= _MOST_LETTERS), 1
    )
    return between.join([*told[:most], *([further] if most < len(told) else [])])


def citation(entry: ShelvedRelease, base: str) -> str:
    """How to name the release, in one line."""
    author = f"{entry.author}. " if entry.author else ""
    where = f" {base}{page_of(entry.name)}" if base else ""
    with speaking(Speech(entry.tongue)):
        known = date(entry.date)
    return f"{author}{entry.title}, as known at {known}. Release {entry.name}.{where}"


def cite_txt(entry: ShelvedRelease, base: str, newest: bool) -> bytes:
    """cite.txt: the citation, as BibTeX too, with what the licences ask for."""
    author = entry.author or entry.title
    with speaking(Speech(entry.tongue)):
        known, licences = date(entry.date), respelled("Sources and licences")
    lines = ["How to cite this release", "", citation(entry, base), ""]
    if entry.invented:
        lines += [f"Note: {entry.invented}", ""]
    if not newest:
        lines += ["A newer release of this study stands.", ""]
    lines += [
        "BibTeX",
        "",
        f"@misc{{{entry.name},",
        f"  author = {{{{{_tex(author)}}}}},",
        f"  title = {{{{{_tex(entry.title)}}}}},",
        f"  year = {{{entry.date.year}}},",
        f"  note = {{As known at {known}. Release {entry.name}}},",
        *([f"  url = {{{base}{page_of(entry.name)}}},"] if base else []),
        "}",
        "",
        licences,
        "",
        *entry.rights,
        "",
        "The manifest names every input and every file with its SHA-256.",
        f"SHA-256 of manifest.json: {entry.manifest_sha256}",
        "",
    ]
    return "\n".join(lines).encode()


def document_name(file: str) -> str:
    """What a document is called, such as `The whole report (PDF)`."""
    form = FORMS.get(file.rpartition(".")[2], file.rpartition(".")[2].upper())
    return f"{NAMES.get(file, file)} ({form})"


def _tex(text: str) -> str:
    escaped = text.replace("\\", r"\textbackslash ")
    return re.sub(r"([#$%&_{}~^])", r"\\\1", escaped)

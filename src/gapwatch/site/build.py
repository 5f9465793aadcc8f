"""The site as bytes: pages, feed, pictures and citations, with the list that names them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from gapwatch import site_files
from gapwatch.errors import IntegrityError
from gapwatch.reporting.formats import published, share
from gapwatch.reporting.formats.compiler import prepare
from gapwatch.site import pages
from gapwatch.site.shelf import ShelvedRelease
from gapwatch.site.words import citation, cite_txt, page_of, picture_of, sources
from gapwatch.site_files import Item, Made, OfferedSite, item

log = logging.getLogger(__name__)
KIT = "kit"
_NUMBERED = re.compile(r"^Figure [0-9]+\. ")


@dataclass
class _Growing:
    """Files so far: those that are new, and the list's entry of each; `before` is what is there."""

    out: Path
    before: Mapping[str, Item]
    files: dict[str, bytes] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)

    def add(self, name: str, content: bytes, drawn_from: str = "") -> None:
        self.files[name] = content
        self.items[name] = item(content, drawn_from)

    def keep(self, name: str, drawn_from: str = "") -> bool:
        """Leave a file as it is, where it is whole and from the same."""
        told = self.before.get(name)
        if told is None or told.drawn_from != drawn_from:
            return False
        if not site_files.is_whole(self.out, name, told):
            return False
        self.items[name] = told
        return True


def build(
    entries: tuple[ShelvedRelease, ...],
    out: Path,
    base: str,
    *,
    kits: Mapping[str, Mapping[str, bytes]] | None = None,
) -> Made:
    """The site of these releases, which stands or will stand in `out`.

    `base` is its address on the web with a slash at the end, or "". `kits` holds new board kits by
    release; one that was laid out before is kept, as is a picture that would be drawn the same.
    A report whose figures can't be read is shown without them, with a warning.
    """
    growing = _Growing(out, _before(out))
    known = {entry.name: entry for entry in entries}
    standing = tuple(entry for entry in entries if entry.retired is None)
    shown: dict[str, tuple[published.Shown, ...]] = {}
    for entry in standing:
        shown[entry.name] = _pictures(growing, entry, base)
        _kit(growing, entry, (kits or {}).get(entry.name, {}))
        name = f"pages/{entry.name}/cite.txt"
        growing.add(name, cite_txt(entry, base, entry.newest))
    laid = {name: one.bytes for name, one in growing.items.items()}
    stock = pages.Stock(entries, known, shown, laid, base)
    for name, content in pages.every(stock).items():
        growing.add(name, content)
    site = OfferedSite(
        standing=tuple(sorted(entry.name for entry in standing)),
        retired=tuple(sorted(entry.name for entry in entries if entry.retired is not None)),
        newest={e.manifest.study.id: e.name for e in standing if e.newest},
        files=dict(sorted(growing.items.items())),
    )
    return Made(site, growing.files)


def _before(out: Path) -> dict[str, Item]:
    try:
        site = site_files.read(out)
    except IntegrityError as error:
        log.warning("nothing of an earlier site is kept: %s, %s", error.where, error.found)
        return {}
    return dict(site.files) if site else {}


def _pictures(growing: _Growing, entry: ShelvedRelease, base: str) -> tuple[published.Shown, ...]:
    """Every chart to share, as SVG and PNG, and as it is drawn for a phone."""
    where = f"{entry.name}/report.html"
    try:
        found = published.read(entry.read("report.html"), where)
    except IntegrityError as error:
        log.warning("no charts of %s are shown on the site: %s", error.where, error.found)
        return ()
    missing: list[tuple[share.ShareWords, str, str, list[str]]] = []
    for one in found:
        # Apart from its report a figure has no number.
        words = share.ShareWords(
            one.title,
            _NUMBERED.sub("", one.subtitle),
            sources(entry),
            citation(entry, base),
            entry.invented,
            entry.tongue.tag,
        )
        key = share.drawn_from(words, one.svg, entry.typefaces)
        names = [picture_of(entry.name, one.id, form) for form in ("svg", "png")]
        if not all(growing.keep(name, key) for name in names):
            missing.append((words, one.svg, key, names))
        growing.add(picture_of(entry.name, f"{one.id}-phone", "svg"), one.narrow.encode())
    # The compiler works outside Python, so two pictures are made at a time; they come in order.
    prepare(entry.typefaces)
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda one: share.shared(one[0], one[1], entry.typefaces), missing)
        for (_, _, key, names), pictures in zip(missing, made, strict=True):
            for name, content in zip(names, pictures, strict=True):
                growing.add(name, content, key)
    return found


def _kit(growing: _Growing, entry: ShelvedRelease, made: Mapping[str, bytes]) -> None:
    folder = f"{page_of(entry.name).rpartition('/')[0]}/{KIT}/"
    for name, content in sorted(made.items()):
        growing.add(f"{folder}{name}", content)
    for name in sorted(growing.before):
        if name.startswith(folder) and name not in growing.items and not growing.keep(name):
            log.warning("%s isn't as it was laid out and is removed: run again with --kit", name)

"""Laying the site out: beside the releases, or with them in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gapwatch import publishing, site_files
from gapwatch.audit.verify import MANIFEST, SEAL
from gapwatch.errors import IntegrityError, OutputError, UsageError
from gapwatch.site.build import KIT, build
from gapwatch.site.shelf import Coming, ShelvedRelease, require_any, shelf
from gapwatch.site_files import Made, OfferedSite, item


@dataclass(frozen=True)
class Laid:
    """Where a site is, how many files were written and removed, and its releases."""

    path: Path
    written: int
    removed: int
    site: OfferedSite


def with_coming(
    out: Path, raw: Path, base: str, coming: Coming, kit: Mapping[str, bytes] | None = None
) -> Made:
    """The site as it will be once the release that is coming is published in `out`."""
    return build(shelf(out, raw, coming), out, base, kits={coming.name: kit or {}})


def beside(out: Path, raw: Path, base: str) -> Laid:
    """Lay the site out beside the releases in `out`, alone there.

    `raw` holds the snapshots and `base` is the address with a slash at its end, or "". Raises
    IntegrityError where there is no release, OutputError for a file that is in the way.
    """
    require_any(out)
    with publishing.told(out, chosen=out), publishing.alone(out, chosen=out):
        made = build(shelf(out, raw), out, base)
        return _laid(out, made, site_files.lay(out, made))


def again(out: Path, raw: Path, base: str) -> None:
    """Lay a site out again after a retirement; a folder without one stays without.

    Where it can't be laid out, OutputError says what remains: the retirement is done.
    """
    if not stands(out):
        return
    try:
        beside(out, raw, base)
    except OutputError as error:
        raise OutputError(
            error.where,
            expected=error.expected,
            found=error.found,
            remedy="once this is put right, as by moving away what is in the way, run "
            f"`gapwatch site --releases {out}`; all but the site is done",
        ) from error


def stands(out: Path) -> bool:
    """Whether a site is laid out beside the releases in `out`."""
    return (out / site_files.LIST).exists()


def exported(out: Path, raw: Path, base: str, target: Path) -> Laid:
    """Lay the site out in `target` with every release that stands, for any server of files.

    What an earlier site left there gives way; any other file stays, and one in the way is refused.
    Retired releases have a page that says so, and none of their files. Raises UsageError for a
    target in the folder of the releases or around it.
    """
    one, other = out.resolve(), target.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise UsageError(
            "--out",
            expected=f"a folder apart from that of the releases, {out}",
            found=str(target),
            remedy="name another folder; without --out the site is laid out beside the releases",
        )
    require_any(out)
    with publishing.told(out, target, chosen=target), publishing.alone(out):
        entries = shelf(out, raw)
        made = build(entries, target, base, kits=_kits(out, entries))
        files = _Files(made, {name: path for entry in entries for name, path in _held(entry)})
        held = {name: item(path.read_bytes()) for name, path in files.copied.items()}
        site = made.site.model_copy(update={"files": {**made.site.files, **held}})
        whole = Made(site, files, with_releases=True)
        return _laid(target, whole, site_files.lay(target, whole))


def _laid(path: Path, made: Made, changed: site_files.Changes) -> Laid:
    return Laid(path, len(changed.write), len(changed.remove), made.site)


def _held(entry: ShelvedRelease) -> Iterator[tuple[str, Path]]:
    """Every file of a release that stands."""
    if entry.retired is None:
        for name in (*entry.manifest.outputs, MANIFEST, SEAL):
            yield f"{entry.name}/{name}", entry.folder / name


def _kits(out: Path, entries: tuple[ShelvedRelease, ...]) -> dict[str, dict[str, bytes]]:
    """Board kits that are laid out beside the releases, as far as they are whole."""
    try:
        site = site_files.read(out)
    except IntegrityError:
        site = None
    found: dict[str, dict[str, bytes]] = {}
    for entry in entries:
        folder = f"pages/{entry.name}/{KIT}/"
        for name, told in site.files.items() if site else ():
            if name.startswith(folder) and site_files.is_whole(out, name, told):
                kit = found.setdefault(entry.name, {})
                kit[name.removeprefix(folder)] = (out / name).read_bytes()
    return found


class _Files(Mapping[str, bytes]):
    """Files of the site, and those that are read from releases only when they are written."""

    def __init__(self, made: Made, copied: Mapping[str, Path]) -> None:
        self.made, self.copied = made, copied

    def __getitem__(self, name: str) -> bytes:
        copied = self.copied.get(name)
        return self.made.files[name] if copied is None else copied.read_bytes()

    def __iter__(self) -> Iterator[str]:
        yield from (*self.made.files, *self.copied)

    def __len__(self) -> int:
        return len(self.made.files) + len(self.copied)

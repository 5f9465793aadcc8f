"""The files of a new project, as bytes by their names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

import jinja2

from gapwatch import shipped, snapshots
from gapwatch.shipped import STUDY_FILE, SUITES
from gapwatch.starting.districts import District
from gapwatch.starting.proposals import propose
from gapwatch.starting.tiles import Place, by_name
from gapwatch.study import PortalSource

TEMPLATES = Path(__file__).parent / "templates"
PUBLISHED = "data/published"
LIFE, ATLAS = "life-expectancy-ward-at-Birth.csv", "ward-atlas-data.csv"
_KEPT = ("data/raw", "data/curated", "reports")


def of_district(
    district: District, places: Mapping[str, Place] | None, outlines: PortalSource | None
) -> dict[str, bytes]:
    """A project of a district. `places` are its wards' tiles; without them they go by name."""
    names = {ward.code: ward.name for ward in district.wards}
    study = rendered(
        "gapwatch.toml.j2",
        id=_slug(district.name),
        district=district,
        proposal=propose(district),
        mapped=places is not None,
        places=places or by_name(names),
        outlines=outlines,
        folder=PUBLISHED,
        life=LIFE,
        atlas=ATLAS,
    )
    files = {STUDY_FILE: study, f"{PUBLISHED}/.gitkeep": b""}
    return files | _around(district.name, generated=True)


def of_default() -> dict[str, bytes]:
    """A project of the default study, with the snapshots that come with gapwatch."""
    raw = shipped.raw()
    held: dict[Path, None] = {}
    for name in snapshots.ids(raw, ""):
        within = raw / "snapshots" / name
        held |= dict.fromkeys(path for path in sorted(within.rglob("*")) if path.is_file())
        pins = snapshots.load(raw, name).pins
        held |= {snapshots.object_path(raw, one): None for pin in pins for one in pin.objects}
    into = shipped.RAW.as_posix()
    files = {f"{into}/{path.relative_to(raw).as_posix()}": path.read_bytes() for path in held}
    files[STUDY_FILE] = shipped.study().read_bytes()
    return files | _around("Westminster", generated=False)


def _around(place: str, *, generated: bool) -> dict[str, bytes]:
    """What every project has beside its study and its data."""
    version = metadata.version("gapwatch")
    files = {f"{SUITES}/{p.name}": p.read_bytes() for p in sorted(shipped.suites().glob("*.json"))}
    files |= {f"{folder}/.gitkeep": b"" for folder in _KEPT}
    told = {"place": place, "generated": generated, "folder": PUBLISHED, "version": version}
    files["README.md"] = rendered("README.md.j2", **told)
    files[".gitignore"] = rendered("gitignore.j2")
    files[".github/workflows/gapwatch.yml"] = rendered("workflow.yml.j2", version=version)
    return files


def rendered(name: str, **told: object) -> bytes:
    """A template of this folder, filled in; `toml` writes a text as a basic string of TOML."""
    # TOML, YAML and Markdown: escaping for HTML would spoil them; `toml` escapes for the first.
    environment = jinja2.Environment(  # noqa: S701
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["toml"] = _toml
    return environment.get_template(name).render(told).encode()


def _toml(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _slug(name: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.casefold())
    return "-".join(part for part in kept.split("-") if part)

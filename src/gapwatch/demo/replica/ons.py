"""How ONS speaks: a landing page with links to editions, and the files themselves."""

from __future__ import annotations

import csv
import io

from gapwatch.demo.replica.faults import PublishedGrid, Reply, Request
from gapwatch.demo.replica.world import BANDS, DEATH_YEARS, SEXES, World

LANDING = "deaths/adhocs/deathsbylsoa"
FILES = {
    f"/{LANDING}/deathslsoa{DEATH_YEARS[0]}to{last}.csv": last
    for last in (DEATH_YEARS[-2], DEATH_YEARS[-1])
}
COLUMNS = ("LSOA 2011 code", "Year of registration", "Sex", "Age group", "Deaths")
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Files by area (invented figures)</title></head><body>
<h1>Files by area (invented figures)</h1>
<ul>{links}</ul></body></html>
"""
_LOST = b"<!DOCTYPE html><html><head><title>404 - The page does not exist</title></head></html>"


def answer(world: World, request: Request) -> Reply:
    """What the site says to one request."""
    if request.fault("vanished"):
        return Reply(_LOST, "text/html", 404)
    if request.path in world.files:
        return _page({f"/{request.path}/{name}": name for name in world.files[request.path]})
    if request.path == LANDING:
        return _page({name: f"{last} edition" for name, last in FILES.items()})
    folder, _, name = request.params.get("uri", "").removeprefix("/").rpartition("/")
    if request.path == "file" and name in world.files.get(folder, ()):
        return Reply(world.files[folder][name])
    last = FILES.get(request.params.get("uri", "")) if request.path == "file" else None
    if last is None:
        return Reply(_LOST, "text/html", 404)
    return _file(world, request, last)


def _page(names: dict[str, str]) -> Reply:
    """A landing page with a link to each file."""
    links = "".join(
        f'<li><a href="/ons/file?uri={name}">{words}</a></li>' for name, words in names.items()
    )
    return Reply(_PAGE.format(links=links).encode(), "text/html")


def _file(world: World, request: Request, last: int) -> Reply:
    rows = [
        [lsoa.code, year, f"{sex}s", band, int(world.deaths[place, at, which, age])]
        for place, lsoa in enumerate(world.places.lsoas11)
        for at, year in enumerate(DEATH_YEARS)
        if year <= last
        for which, sex in enumerate(SEXES)
        for age, band in enumerate(BANDS)
    ]
    grid = PublishedGrid(list(COLUMNS), rows)
    if request.fault("corrected-silently"):
        grid.rows[-1][-1] += 1
    if request.fault("vintage"):
        grid.set_vintage([COLUMNS[0]])
    grid.spoil(request, "Deaths")
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([grid.names, *grid.rows])
    return Reply(text.getvalue().encode())

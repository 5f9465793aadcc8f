"""The site of releases: whole, the same bytes each time, and nothing that isn't in a release."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from tests import shelved
from tests.unit.site.walking import walk

from gapwatch import site_files
from gapwatch.audit import standing
from gapwatch.audit.verify import MANIFEST, release_problems
from gapwatch.errors import IntegrityError, OutputError, UsageError
from gapwatch.site import laying
from gapwatch.site.shelf import Coming, ShelvedRelease
from gapwatch.site.words import sources

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = "https://example.org/gap/"
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lay(out: Path, base: str = "") -> laying.Laid:
    return laying.beside(out, out.parent / "raw", base)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three releases of two years, the second with another verdict, the third as the second."""
    out = tmp_path_factory.mktemp("shelf") / "reports"
    first = shelved.release(out, date="2025-12-01", verdict="off track")
    second = shelved.release(out, first, date="2026-01-01")
    shelved.release(out, second, date="2026-02-01", text="again")
    lay(out)
    return out


@pytest.fixture
def own(shelf: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shelf, tmp_path / "reports"))


def names(out: Path) -> list[str]:
    return sorted(path.parent.name for path in out.glob("*/manifest.json"))


def test_every_link_leads_to_a_file_of_the_site_or_of_a_release(shelf: Path) -> None:
    pages, broken = walk(shelf)
    assert broken == []
    reached = {page.parent.relative_to(shelf).as_posix() for page in pages}
    assert reached == {
        ".",
        "latest",
        "archive/2025",
        "archive/2026",
        *(f"pages/{name}" for name in names(shelf)),
    }


def test_no_page_has_a_script_a_form_or_another_sites_address(shelf: Path) -> None:
    pages, _ = walk(shelf)
    for page in pages.values():
        assert not {"script", "form", "iframe", "object", "embed"} & set(page.tags)
        assert "http-equiv" in page.path.read_text(encoding="utf-8")
        assert all(alt for alt in page.alts), "each picture has a text"


def test_nothing_tells_of_this_machine(shelf: Path) -> None:
    for name, content in contents(shelf).items():
        if name.split("/")[0] in site_files.PLACES:
            assert str(shelf).encode() not in content, name
            assert b"/tmp/" not in content, name


def test_a_second_build_and_one_elsewhere_give_the_same_bytes(
    shelf: Path, own: Path, tmp_path: Path
) -> None:
    before = contents(own)
    laid = lay(own)
    assert (laid.written, laid.removed) == (0, 0)
    assert contents(own) == before
    bare = tmp_path / "elsewhere" / "deeper"
    bare.mkdir(parents=True)
    for name in names(shelf):
        shutil.copytree(shelf / name, bare / name)
    shutil.copy(shelf / "latest-riverton", bare)
    lay(bare)
    site = {n: c for n, c in contents(shelf).items() if n != ".lock"}
    assert {n: c for n, c in contents(bare).items() if n != ".lock"} == site


def test_releases_stay_as_they_were(shelf: Path) -> None:
    assert [release_problems(shelf / name)[1] for name in names(shelf)] == [[], [], []]
    assert site_files.problems(shelf) == []


def test_the_index_tells_date_verdict_and_what_moved_newest_first(shelf: Path) -> None:
    text = (shelf / "index.html").read_text(encoding="utf-8")
    days = re.findall(r'<p class="when">.*?<time datetime="([^"]+)"', text)
    assert days == ["2026-02-01", "2026-01-01", "2025-12-01"]
    assert text.count("Newest</span>") == 1
    assert "The first release of this study." in text
    told = "The verdict for males is “too early to tell”. In the release before it was “off track”."
    assert told in text
    assert "Verdicts, newest gaps and targets are those of the release before." in text
    latest = (shelf / "latest" / "index.html").read_text(encoding="utf-8")
    assert "1 February 2026" in latest
    assert "1 January 2026" not in latest


def test_a_good_verdict_is_never_named_apart_from_its_sentence(tmp_path: Path) -> None:
    first = shelved.release(tmp_path, date="2026-01-01", verdict="off track")
    shelved.release(tmp_path, first, date="2026-02-01", verdict="on track")
    lay(tmp_path)
    for name in ("index.html", "feed.xml"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "The verdict for males is not that of the release before." in text
        assert "“on track”" not in text


def test_levelling_down_goes_by_its_name_on_every_page(tmp_path: Path) -> None:
    down = {"verdict": {"label": "levelling down", "levels_down": True}}
    first = shelved.release(tmp_path, date="2026-01-01", verdict="off track")
    shelved.release(
        tmp_path,
        first,
        date="2026-02-01",
        verdict="on track",
        label="levelling down",
        changes=down,
    )
    lay(tmp_path)
    moved = "The verdict for males is “levelling down”. In the release before it was “off track”."
    pages = [path for path in tmp_path.rglob("*") if path.suffix in {".html", ".xml"}]
    laid = [path for path in pages if path.name != "report.html"]
    assert moved in (tmp_path / "feed.xml").read_text(encoding="utf-8")
    for path in laid:
        assert "on track" not in path.read_text(encoding="utf-8").casefold(), path
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<p class="said">Levelling down</p>' in index


def test_a_gap_that_moved_is_told_with_its_value_before(tmp_path: Path) -> None:
    first = shelved.release(tmp_path, date="2026-01-01")
    gap = shelved.samples.gap()["gap_years"] + 0.25
    shelved.release(tmp_path, first, date="2026-02-01", changes={"gap": {"gap_years": gap}})
    lay(tmp_path)
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    said = r"newest gap for males, for ([^,]+), is ([\d.]+) years. Before: ([\d.]+)"
    told = re.search(said, text)
    assert told
    assert told[1] == "2011 to 2015"
    assert float(told[2]) - float(told[3]) == pytest.approx(0.25, abs=0.051)


def test_text_of_a_study_is_escaped(shelf: Path) -> None:
    pages, _ = walk(shelf)
    for page in pages.values():
        text = page.path.read_text(encoding="utf-8")
        assert "<Vale>" not in text
        assert "<Registry>" not in text
    assert "Riverton &amp; &lt;Vale&gt;" in (shelf / "index.html").read_text(encoding="utf-8")


def test_every_chart_is_a_picture_of_1200_by_630(shelf: Path) -> None:
    pictures = sorted(shelf.glob("pages/*/*.png"))
    assert len(pictures) == 3 * 4
    for path in pictures:
        content = path.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", content[16:24]) == (1200, 630)
        assert b"tIME" not in content
        drawn = ET.fromstring(path.with_suffix(".svg").read_bytes())  # noqa: S314 - our own
        assert drawn.get("viewBox") == "0 0 1200 630"
        assert path.with_name(f"{path.stem}-phone.svg").is_file()


def test_a_shared_page_has_its_picture_and_words(own: Path) -> None:
    lay(own, ADDRESS)
    pages, broken = walk(own, base=ADDRESS)
    assert broken == []
    newest = (own / "latest-riverton").read_text(encoding="utf-8").strip()
    meta = pages[own / "pages" / newest / "index.html"].meta
    assert meta["og:title"] == "The life-expectancy gap in Riverton & <Vale>: 1 February 2026"
    assert meta["og:description"] == "It is so."
    assert meta["og:type"] == "article"
    assert meta["og:url"] == f"{ADDRESS}pages/{newest}/index.html"
    assert meta["og:image"] == f"{ADDRESS}pages/{newest}/trajectory.png"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"]
    assert meta["twitter:card"] == "summary_large_image"


def test_the_embed_snippet_can_be_pasted_as_it_stands(own: Path) -> None:
    lay(own, ADDRESS)
    newest = (own / "latest-riverton").read_text(encoding="utf-8").strip()
    page = (own / "pages" / newest / "index.html").read_text(encoding="utf-8")
    snippets = re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)
    assert len(snippets) == 4
    for snippet in snippets:
        pasted = ET.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", html.unescape(snippet)))  # noqa: S314
        (img,) = pasted.iter("img")
        assert str(img.get("src")).startswith(f"{ADDRESS}pages/{newest}/")
        assert img.get("alt")
        assert "<Vale>" in "".join(pasted.itertext())


@pytest.mark.parametrize("base", ["", ADDRESS])
def test_the_feed_has_all_that_rfc_4287_requires(own: Path, base: str) -> None:
    lay(own, base)
    feed = ET.fromstring((own / "feed.xml").read_bytes())  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry")
    assert feed.tag == f"{ATOM}feed"
    assert len(entries) == 3
    for part in (feed, *entries):
        for name in ("id", "title", "updated"):
            (found,) = part.findall(f"{ATOM}{name}")
            assert found.text
            assert found.text.strip()
        assert MOMENT.fullmatch(part.findtext(f"{ATOM}updated") or "")
        ids = part.findtext(f"{ATOM}id") or ""
        assert ids.startswith(base or "tag:gapwatch.invalid,"), "an absolute IRI"
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None, "entries have none of their own"
    (own_link,) = [one for one in feed.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert own_link.get("href") == f"{base}feed.xml"
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 3
    for entry in entries:
        (link,) = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
        assert (own / str(link.get("href")).removeprefix(base)).is_file()
    stamps = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert feed.findtext(f"{ATOM}updated") == max(stamps)


def test_the_citation_names_the_release_and_its_sources(shelf: Path) -> None:
    for name in names(shelf):
        text = (shelf / "pages" / name / "cite.txt").read_text(encoding="utf-8")
        assert f"Release {name}." in text
        assert shelved.RIGHTS in text
        assert ("A newer release" in text) == (name not in (shelf / "latest-riverton").read_text())


def test_an_invented_place_says_so_on_every_page_and_in_the_feed(tmp_path: Path) -> None:
    shelved.release(tmp_path, invented="Invented figures: no place is like this.")
    lay(tmp_path)
    pages, _ = walk(tmp_path)
    for page in pages.values():
        assert "Invented figures: no place is like this." in page.path.read_text(encoding="utf-8")
    assert "Invented figures" in (tmp_path / "feed.xml").read_text(encoding="utf-8")
    assert "Invented figures" in next(tmp_path.glob("pages/*/cite.txt")).read_text("utf-8")


def retired(out: Path, name: str) -> None:
    standing.retire(out, name, "A wrong <lookup>.", dt.date(2026, 3, 1))
    lay(out)


def test_a_retired_release_is_a_notice_and_none_of_its_files_is_offered(own: Path) -> None:
    newest = (own / "latest-riverton").read_text(encoding="utf-8").strip()
    retired(own, newest)
    pages, broken = walk(own)
    assert broken == []
    links = [link for page in pages.values() for link in page.links]
    assert [link for link in links if newest in link and "pages/" not in link] == []
    assert {path.name for path in (own / "pages" / newest).iterdir()} == {"index.html"}
    notice = (own / "pages" / newest / "index.html").read_text(encoding="utf-8")
    assert "withdrawn on" in notice
    assert "A wrong &lt;lookup&gt;." in notice
    now = (own / "latest-riverton").read_text(encoding="utf-8").strip()
    assert now != newest
    assert f"../{now}/index.html" in notice, "what to use instead"
    assert newest not in (own / "latest" / "index.html").read_text(encoding="utf-8")
    feed = ET.fromstring((own / "feed.xml").read_bytes())  # noqa: S314 - our own
    entry = next(e for e in feed.iter(f"{ATOM}entry") if newest in (e.findtext(f"{ATOM}id") or ""))
    assert str(entry.findtext(f"{ATOM}title")).startswith("Withdrawn: ")
    assert entry.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00Z"
    assert site_files.problems(own) == []
    assert release_problems(own / newest)[1] == [], "the release itself is as it was"


def test_when_all_are_retired_none_stands(own: Path) -> None:
    for name in names(own):
        standing.retire(own, name, "Wrong.", dt.date(2026, 3, 1))
    lay(own)
    assert "No release stands." in (own / "index.html").read_text(encoding="utf-8")
    assert "No release stands." in (own / "latest" / "index.html").read_text(encoding="utf-8")
    assert walk(own)[1] == []


def test_the_reason_of_a_restricted_release_is_not_told(tmp_path: Path) -> None:
    path = shelved.release(tmp_path, inputs={"deaths": {"hmac_sha256": "b" * 64}})
    retired(tmp_path, path.name)
    assert "withdrawn on" in (tmp_path / "pages" / path.name / "index.html").read_text("utf-8")
    assert not [
        name
        for name, content in contents(tmp_path).items()
        if name.split("/")[0] in site_files.PLACES and b"lookup" in content
    ]


def test_after_a_retirement_somebody_elses_list_is_told_with_what_remains_to_be_done(
    own: Path,
) -> None:
    (own / "site.json").write_bytes(b"{}\n")
    before = contents(own)
    with pytest.raises(OutputError, match="no earlier site wrote") as caught:
        laying.again(own, own.parent / "raw", "")
    assert f"run `gapwatch site --releases {own}`; all but the site is done" in caught.value.remedy
    assert contents(own) == before
    (own / "site.json").rename(own.parent / "site.json")
    lay(own)
    assert site_files.problems(own) == []


def test_a_release_that_was_edited_is_not_on_the_site(
    own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = names(own)[0]
    with (own / first / "report.html").open("ab") as file:
        file.write(b" ")
    lay(own)
    assert f"release {first} is left out of the site" in caplog.text
    assert not (own / "pages" / first).exists()
    assert walk(own)[1] == []


def test_a_folder_without_releases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="gapwatch run"):
        lay(tmp_path)
    assert contents(tmp_path) == {}


def test_a_file_of_somebody_else_is_never_replaced(own: Path, tmp_path: Path) -> None:
    for name in names(own):
        shutil.copytree(own / name, tmp_path / "other" / name)
    mine = tmp_path / "other" / "index.html"
    mine.write_text("mine")
    before = contents(tmp_path / "other")
    with pytest.raises(OutputError, match=r"index\.html"):
        lay(tmp_path / "other")
    assert {n: c for n, c in contents(tmp_path / "other").items() if n != ".lock"} == before


class TestExport:
    def test_it_holds_the_site_and_every_release_that_stands(
        self, own: Path, tmp_path: Path
    ) -> None:
        gone = names(own)[1]
        retired(own, gone)
        target = tmp_path / "public"
        laid = laying.exported(own, tmp_path / "raw", ADDRESS, target)
        assert walk(target, base=ADDRESS)[1] == []
        assert not (target / gone).exists()
        for name in set(names(own)) - {gone}:
            assert contents(target / name) == contents(own / name)
        assert laid.written == len(contents(target))
        again = laying.exported(own, tmp_path / "raw", ADDRESS, target)
        assert (again.written, again.removed) == (0, 0)

    def test_what_was_retired_since_is_taken_away_and_other_files_stay(
        self, own: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "public"
        laying.exported(own, tmp_path / "raw", "", target)
        (target / "CNAME").write_text("example.org\n")
        gone = names(own)[0]
        standing.retire(own, gone, "Wrong.", dt.date(2026, 3, 1))
        laying.exported(own, tmp_path / "raw", "", target)
        assert not (target / gone).exists()
        assert (target / "CNAME").read_text() == "example.org\n"

    @pytest.mark.parametrize("where", [".", "deeper", ".."])
    def test_the_folder_of_the_releases_is_refused(self, own: Path, where: str) -> None:
        before = contents(own)
        with pytest.raises(UsageError, match="a folder apart"):
            laying.exported(own, own.parent / "raw", "", own / where)
        assert contents(own) == before


def test_the_site_of_an_american_study_says_so_and_dates_and_spells_as_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelved, "STUDY", f'{shelved.STUDY}\n[words]\nlanguage = "en-US"\n')
    out = tmp_path / "reports"
    first = shelved.release(out, date="2025-12-03", verdict="off track")
    newest = shelved.release(out, first, date="2026-01-05")
    lay(out)
    pages = sorted([out / "index.html", *(out / "pages").rglob("*.html"), *out.glob("latest/*")])
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<html lang="en-US">' in text
        assert "January 5, 2026" in text
        assert "5 January" not in text
    own = (out / "pages" / newest.name / "index.html").read_text(encoding="utf-8")
    assert "<h3>License</h3>" in own
    assert "under the licenses of the sources" in own
    assert 'xml:lang="en-US"' in (out / "feed.xml").read_text(encoding="utf-8")
    cited = (out / "pages" / newest.name / "cite.txt").read_text(encoding="utf-8")
    assert "as known at January 5, 2026" in cited
    assert "Sources and licenses" in cited


def test_a_site_of_two_languages_says_its_shared_pages_in_british_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "reports"
    first = shelved.release(out, date="2025-12-03", verdict="off track")
    monkeypatch.setattr(shelved, "STUDY", f'{shelved.STUDY}\n[words]\nlanguage = "en-US"\n')
    newest = shelved.release(out, first, date="2026-01-05")
    lay(out)
    index = (out / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in index
    # Each release is dated in its own language.
    assert "January 5, 2026" in index
    assert "3 December 2025" in index
    own = (out / "pages" / newest.name / "index.html").read_text(encoding="utf-8")
    assert '<html lang="en-US">' in own


def rights_of(*told: str) -> ShelvedRelease:
    """A release with these licences and attributions, for what is told of its sources."""
    return cast(ShelvedRelease, SimpleNamespace(rights=told))


def test_a_picture_names_as_many_sources_as_it_has_room_for_and_says_where_the_rest_is() -> None:
    licence = "Contains public sector information licensed under the Open Government Licence v3.0."
    two = [f"Deaths {n}: {licence} Source: Office {n} for Statistics." for n in (1, 2, 1)]
    assert sources(rights_of(*two)) == (
        "Source: Office 1 for Statistics; Office 2 for Statistics. Open Government Licence v3.0."
    )
    many = [f"Deaths {n}: {licence} Source: Office {n} for Statistics." for n in range(40)]
    told = sources(rights_of(*many))
    assert told.startswith("Source: Office 0 for Statistics; Office 1 for Statistics; ")
    assert told.endswith("; others, which are in cite.txt. Open Government Licence v3.0.")
    assert len(told) < 320
    invented = [f"Table {n}: None needed. No real place or person is counted." for n in range(13)]
    told = sources(rights_of(*invented))
    assert told.startswith(invented[0])
    assert told.endswith("counted. Further sources are in cite.txt.")
    assert len(told) < 320
    crown = "Contains OS data © Crown copyright and database right."
    assert sources(rights_of(*invented, crown)).endswith(f"cite.txt. {crown}")
    assert sources(rights_of(*invented[:2])) == " ".join(invented[:2])


def test_releases_of_a_folder_that_was_exported_stay_when_a_site_is_laid_out_or_a_run_made_there(
    own: Path, tmp_path: Path
) -> None:
    target, raw = tmp_path / "public", tmp_path / "raw"
    laying.exported(own, raw, "", target)
    sealed = {
        name: content
        for name, content in contents(target).items()
        if name.partition("/")[0] in names(own)
    }
    assert len(sealed) > len(names(own)) * 2
    coming = shelved.release(tmp_path / "elsewhere", date="2026-03-01", text="more")
    study = str(json.loads((coming / MANIFEST).read_bytes())["study"]["id"])
    of_a_run = laying.with_coming(target, raw, "", Coming(coming.name, coming, study, newest=True))
    assert not {*site_files.changes(target, of_a_run).remove} & {*sealed}
    assert laying.beside(target, raw, "").removed == 0
    assert sealed.items() <= contents(target).items()
    assert site_files.problems(target) == []

"""Every way for a publisher to fail, through a real pull: a named error, and no byte changed."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
import trustme

from gapwatch.demo.replica import Replica, World
from gapwatch.demo.replica.faults import OF_ANSWERS, OF_CONTENT
from gapwatch.errors import GapwatchError, SourceError, ValidationError
from gapwatch.project import Project
from tests.command import contents
from tests.replicated import PUBLISHERS, ask_elsewhere, pull, require_every_source
from tests.small_replica import ask_small_replica
from tests.unit.sources.faulty_server import FaultyServer

# Some eighty pulls: those of test_pull_operator and test_replica are in the usual suite.
pytestmark = pytest.mark.long

# A fault of the line or of the whole answer, where it shows, and what the error must say.
ANSWERS = [
    ("400-text", "fingertips", "status 400: The indicator could not be found"),
    ("500-trace", "nomis", "status 500: System.NullReferenceException"),
    ("503", "portal", "status 503: Service unavailable"),
    ("429-long", "nomis", "come back in 4000 seconds"),
    ("silent", "portal", "ReadTimeout"),
    ("stall", "fingertips", "ReadTimeout"),
    ("dropped", "portal", "RemoteProtocolError|ReadError"),
    ("cut", "nomis", "RemoteProtocolError|ReadError"),
    ("cut", "file?uri", "RemoteProtocolError|ReadError"),
    ("reset", "data.csv", "ReadError: .*reset by peer"),
    ("reset", "all_data", "ReadError: .*reset by peer"),
    ("length-long", "fingertips", "RemoteProtocolError|Content-Length"),
    ("length-short", "available_data", "no JSON"),
    ("html", "fingertips", "a web page: Service unavailable"),
    ("html", "deathsbylsoa", "a link that matches deathslsoa2019to.*\n.*no link at all"),
    ("html", "file?uri", "a web page: Service unavailable"),
    ("header-only", "data.csv", "a header and no rows"),
    ("header-only", "file?uri", "a header and no rows"),
    ("empty", "nomis", "an empty body"),
    ("empty", "deathsbylsoa", "an empty body"),
    ("empty", "file?uri", "an empty body"),
    ("error-under-200", "portal", "Unable to complete operation"),
    ("gzip-bomb", "portal", "at most 65536 bytes"),
]
# A fault of what is said: everything a publisher can show, wherever it can show it.
CONTENT = [
    ("column-renamed", "fingertips", "the column 'Value' once"),
    ("column-renamed", "nomis", "the column 'obs_value' once"),
    ("column-renamed", "portal", "feature 1, LSOA[12]1CD\n.*\n.*a blank"),
    ("column-renamed", "ons", "without Deaths; it holds Deaths_2"),
    ("row-repeated", "fingertips", "each area, sex and period once"),
    ("row-repeated", "nomis", "43680 rows\n.*43681"),
    ("row-repeated", "portal", "the 240 features that the portal counts"),
    ("row-repeated", "ons", "row 14402\n.*once\n.*E01900120.* again"),
    ("corrected-silently", "fingertips", "1 changed without a word"),
    ("corrected-silently", "portal", "LSOA21CD\n.*\n.*'E01960401 [(]corrected[)]'"),
    ("vintage", "fingertips", "a code of msoa2021, which match .*\n.*E02500960"),
    ("vintage", "nomis", "each block of lsoa2021\\n.*nothing for E01900001"),
    ("vintage", "LSOA11_WD19", "a row for each area of lsoa2011\\n.*none for E01900001"),
    ("vintage", "Middle_layer", "feature 1, MSOA21CD\n.*\n.*'E02500960'"),
    ("vintage", "ons", "one of the words that values maps for area_code\n.*'E01400001'"),
    ("withdrawn", "fingertips", "area type 8 is not listed; area type 3 is not listed"),
    ("indicator-renamed", "fingertips", "changed without a word"),
    ("unit-changed", "fingertips", "changed without a word"),
    ("corrected-silently", "nomis", "population, geography=lsoa2021 area_code=E01900018"),
    ("corrected-silently", "ons", "deaths, geography=lsoa2011 area_code=E01900120"),
    ("outside-interval", "fingertips", "a value inside its interval"),
    ("vanished", "Middle_layer", "no such service; nearest are"),
    ("vanished", "ons", "status 404: 404 - The page does not exist"),
]
# What changes no figure, and how many sources send other bytes.
HARMLESS = {"column-moved": 8, "column-new": 8, "ranges-mixed": 1}


def test_every_fault_of_the_replica_is_tried_through_a_pull() -> None:
    assert {fault for fault, *_ in ANSWERS} | set(PASSING) == OF_ANSWERS.keys()
    # Pages are another replica's: this one sends nearly all at once.
    tried = {fault for fault, *_ in CONTENT} | HARMLESS.keys() | {"page-missing"}
    assert tried == OF_CONTENT.keys()


@pytest.mark.parametrize(("fault", "on", "words"), [*ANSWERS, *CONTENT])
def test_every_fault_is_a_named_error_and_leaves_every_pinned_byte(
    again: tuple[Project, Replica], fault: str, on: str, words: str
) -> None:
    project, replica = again
    before = contents(project.raw)
    replica.fault(fault, on=on)
    with pytest.raises(GapwatchError, match=words) as caught:
        pull(project, read=1.0 if fault in ("silent", "stall") else 20.0)
    assert isinstance(caught.value, (SourceError, ValidationError))
    assert caught.value.remedy
    assert contents(project.raw) == before


@pytest.mark.parametrize(
    ("publisher", "words"),
    [
        pytest.param("nomis", "a header and no rows", marks=pytest.mark.long),
        ("portal", "the 240 features that the portal counts"),
    ],
)
def test_a_page_that_is_missing_is_noticed(
    world: World, project: Project, publisher: str, words: str
) -> None:
    with Replica(world, page_size=50, cells=5000) as replica:
        ask_small_replica(project, replica)
        require_every_source(project)
        replica.fault("page-missing", on=publisher)
        before = contents(project.raw)
        with pytest.raises(SourceError, match=words):
            pull(project)
        assert contents(project.raw) == before
        # The same small pages, all of them sent; what came whole before isn't asked for again.
        replica.faults.clear()
        assert pull(project).new
        pages = {(r.publisher, r.target) for r in replica.seen if "ffset=" in r.target}
        asked = Counter(name for name, _ in pages)
        assert asked["nomis"] == 9
        assert asked["portal"] > 4


PASSING = ("503", "429", "429-wait")


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_tried_again(again: tuple[Project, Replica], fault: str) -> None:
    project, replica = again
    replica.fault(fault, on="fingertips", times=1)
    assert pull(project).new is False
    assert len({request.target for request in replica.seen}) == len(replica.seen) - 1


@pytest.mark.parametrize(
    "fault",
    [pytest.param(f, marks=pytest.mark.long) for f in ("column-moved", "column-new")]
    + ["ranges-mixed"],
)
def test_what_changes_no_figure_is_pinned_and_differs_in_nothing(
    again: tuple[Project, Replica], fault: str
) -> None:
    project, replica = again
    replica.fault(fault)
    second = pull(project)
    assert second.new
    assert len(second.changed_sources) == HARMLESS[fault]
    assert second.changes == ()


@contextmanager
def no_certificate() -> Iterator[str]:
    """A server whose certificate nobody vouches for; it must never hear a question."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with FaultyServer(context) as server:
        yield f"{server.base}/"
        assert not server.server.seen


@contextmanager
def never_taken() -> Iterator[str]:
    """A host that takes no connection: its queue of them is full."""
    with ExitStack() as sockets:
        listening = sockets.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.mark.parametrize("publisher", PUBLISHERS)
@pytest.mark.parametrize(
    ("line", "words"),
    [(no_certificate, "a certificate that can be verified"), (never_taken, "ConnectTimeout")],
)
def test_a_line_that_cannot_be_had_or_trusted_leaves_every_pinned_byte(
    again: tuple[Project, Replica],
    publisher: str,
    line: Callable[[], AbstractContextManager[str]],
    words: str,
) -> None:
    project, replica = again
    before = contents(project.raw)
    with line() as address:
        ask_elsewhere(project, replica, publisher, address)
        with pytest.raises(SourceError, match=words) as caught:
            pull(project)
    assert address in caught.value.where
    assert contents(project.raw) == before


@pytest.mark.parametrize(
    ("publisher", "column"),
    [
        pytest.param("fingertips", "life_expectancy_years", marks=pytest.mark.long),
        pytest.param("nomis", "population_persons", marks=pytest.mark.long),
        ("ons", "deaths_persons"),
    ],
)
@pytest.mark.long
def test_a_silent_correction_is_accepted_only_when_asked(
    again: tuple[Project, Replica], publisher: str, column: str
) -> None:
    project, replica = again
    replica.fault("corrected-silently", on=publisher)
    accepted = pull(project, accept_revisions=True)
    assert accepted.new
    assert any(change.column == column for change in accepted.changes)


@pytest.mark.parametrize(
    "fault", ["indicator-renamed", pytest.param("unit-changed", marks=pytest.mark.long)]
)
def test_an_indicator_that_became_another_is_not_pinned_even_when_changes_are_accepted(
    again: tuple[Project, Replica], fault: str
) -> None:
    project, replica = again
    before = contents(project.raw)
    replica.fault(fault, on="fingertips")
    with pytest.raises(ValidationError, match="indicator, expectation"):
        pull(project, accept_revisions=True)
    assert contents(project.raw) == before

"""From items of a file to the record: batches, faults, a second run."""

from collections.abc import Iterator

import pytest

from listener.files import BadLine, Item
from listener.ingest import BATCH, Report, ingest
from tests.support.world import post
from triage.store import posts
from triage.wiring import Services


def run(services: Services, *items: Item) -> Report:
    """Ingest, without looking at the progress."""
    return ingest(iter(items), services.intake, lambda _report: None)


def test_a_second_run_adds_nothing(stored: Services) -> None:
    items: list[Item] = [(1, post("lampu mati", 1)), (2, post("jalan rusak", 2))]
    assert run(stored, *items).added == 2
    again = run(stored, *items)
    assert (again.added, again.edited, again.known) == (0, 0, 2)


def test_bad_lines_are_reported_and_the_rest_is_taken(services: Services) -> None:
    report = run(
        services,
        (1, post("lampu mati", 1)),
        BadLine(2, "is not JSON"),
        (3, post("jalan", 3, source="nosuch")),
        (4, post(" ", 4)),
        (5, post("jalan rusak", 5)),
    )
    assert report.added == 2
    assert [line.number for line in report.bad] == [2, 3, 4]
    assert "unknown source 'nosuch'" in report.bad[1].problem
    assert all(line.remedy for line in report.bad[1:])


def test_a_file_larger_than_a_batch_is_taken_in_several(services: Services) -> None:
    seen: list[int] = []
    items: Iterator[Item] = ((number, post("lampu mati", number)) for number in range(1, BATCH + 6))
    report = ingest(items, services.intake, lambda report: seen.append(report.accepted))
    assert report.added == BATCH + 5
    assert seen == [BATCH, BATCH + 5]


def test_what_was_taken_before_a_break_is_kept(services: Services) -> None:
    def items() -> Iterator[Item]:
        for number in range(1, BATCH + 1):
            yield number, post("lampu mati", number)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(items(), services.intake, lambda _report: None)
    with services.database.read() as connection:
        before = posts.states(connection)
    report = run(services, *((number, post("lampu mati", number)) for number in range(1, BATCH + 3)))
    assert before.get("pending", 0) + report.added == BATCH + 2

"""Dengar as `dengar up` runs it, with its worker killed again and again and its Redis wiped: no post may suffer."""

import pytest

from tests.bench import installation, kill_campaign, material
from tests.support.world import decide_all, take_in
from triage.wiring import Services


def test_kills_and_a_wiped_redis_cost_no_post() -> None:
    # Small batches and short leases: many chances to be killed in the middle, a short wait after each.
    with installation.running(batch_size="8", lease_seconds="2") as made:
        path = material.write(material.generated(300), made.folder / "posts.jsonl")
        outcome = kill_campaign.campaign(made, path, kills=3, wipe_redis=True)
    assert outcome.broken == {}
    assert sum(outcome.held), "no kill came in the middle of work: this run proves nothing"
    assert sum(outcome.states.values()) == 300


@pytest.mark.parametrize(
    ("damage", "breach"),
    [
        ("UPDATE posts SET state = 'pending'", "posts not decided"),
        ("UPDATE posts SET state = 'failed'", "posts not decided"),
        ("UPDATE posts SET outcome = NULL", "posts with neither a case nor no_action"),
        ("UPDATE posts SET lease_owner = 'x'", "posts that a worker still holds"),
        ("DELETE FROM case_posts", "outcome case, yet in no case"),
        ("UPDATE posts SET outcome = 'no_action'", "outcome no_action, yet in a case"),
        ("UPDATE cases SET posts = posts + 1", "cases that miscount their posts"),
        ("UPDATE case_posts SET rule = 'same_text'", "cases without a first post, or with two"),
        ("DELETE FROM case_events", "cases whose history does not open once"),
        ("DELETE FROM predictions", "posts read, yet without a prediction"),
        ("UPDATE alerts SET id = id + 1", "alarms whose numbers have gaps"),
    ],
)
def test_the_campaign_sees_damage(services: Services, damage: str, breach: str) -> None:
    take_in(services, "kebakaran di Gubeng")
    decide_all(services)
    assert not any(kill_campaign.count_breaches(services.database).values())
    with services.database.write() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql("DELETE FROM notices")
        connection.exec_driver_sql(damage)
    assert kill_campaign.count_breaches(services.database)[breach]

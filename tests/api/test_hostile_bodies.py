"""Bodies that try to hurt: refused shortly, never echoed, never stored, never a 500."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.body_limit import LARGEST_BODY
from tests.api.door import Door, furnish, opened

MARK = b"penanda-rahasia"
"""Stands in every hostile body; must stand in no reply."""


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One installation for all: nothing may ever be stored in it."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    with opened(folder / "made", furnish_in(folder / "made"), folder / "used") as door:
        yield door


def furnish_in(folder: Path) -> str:
    folder.mkdir()
    return furnish(folder)


def post(value: bytes, name: bytes = b"text") -> bytes:
    """A post with raw JSON in one field."""
    return b'{"id": "' + MARK + b'", "' + name + b'": ' + value + b"}"


HOSTILE = {
    "NaN": post(b'"a", "lat": NaN'),
    "Infinity": post(b'"a", "lat": -Infinity'),
    "1e999": post(b'"a", "lat": 1e999, "lon": 1'),
    "1e400 as id": b'{"id": 1e400, "text": "' + MARK + b'"}',
    "high surrogate": post(b'"\\ud800"'),
    "low surrogate": post(b'"\\udc00 x"'),
    "surrogate in a key": post(b'"a"', b"\\ud800"),
    "raw NUL": post(b'"a\0b"'),
    "only NUL": post(b'"\\u0000"'),
    "only bidi": post(b'"\\u202e\\u2066"'),
    "raw surrogate bytes": post(b'"\xed\xa0\x80"'),
    "not UTF-8": post(b'"\xff\xfe"'),
    "UTF-16": '{"id": "penanda-rahasia", "text": "a"}'.encode("utf-16"),
    "bytes": bytes(range(256)) + MARK,
    "truncated": post(b'"lampu mati')[:-3],
    "two values": post(b'"a"') * 2,
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep text": post(b"[" * 900 + b"]" * 900),
    "empty": b"",
    "spaces": b" \n",
    "null": b"null",
    "true": b"true",
    "text": b'"' + MARK + b'"',
    "number": b"12345678901234567890123456789",
    "empty list": b"[]",
    "empty object": b"{}",
    "list of lists": b"[[" + post(b'"a"') + b"]]",
    "list of nulls": b"[null, null]",
    "gzip": b"\x1f\x8b\x08\x00" + MARK,
    "form": b"id=1&text=" + MARK,
    "multipart": b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + MARK + b"\r\n--x--\r\n",
    "XML": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>" + MARK + b"</a>",
    "huge text": post(b'"' + MARK * 100_000 + b'"'),
    "huge number": post(b"9" * 1_000_000),
    "many posts": b"[" + b",".join([b"1"] * 1_000_000) + b"]",
    "50 MB": post(b'"' + b"x" * 50_000_000 + b'"'),
    "unpaired in author": post(b'"a", "author": "\\udfff"'),
}
TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_shortly_and_not_echoed(door: Door, name: str) -> None:
    body = HOSTILE[name]
    for kind in TYPES if len(body) < 10_000 else TYPES[:1]:
        reply = door.client.post(
            "/api/v1/posts",
            content=body,
            headers={"Authorization": f"Bearer {door.key}", "Content-Type": kind},
        )
        assert reply.status_code == (413 if len(body) > LARGEST_BODY else reply.status_code)
        assert reply.status_code in (413, 422), reply.text[:300]
        assert set(reply.json()) == {"error"}
        assert reply.json()["error"]["message"]
        assert len(reply.content) < 4096
        assert MARK not in reply.content
    assert door.rows() == []


def test_half_a_million_unknown_fields_are_refused_at_once(door: Door) -> None:
    body = orjson.dumps([{f"f{number:x}": 1 for number in range(500_000)}])
    reply = door.send_bytes(body)
    assert reply.status_code == 422
    assert reply.elapsed.total_seconds() < 2
    assert len(reply.content) < 4096


@pytest.mark.parametrize("header", ["dgr_\xff_\xfe", "dgr__", "_" * 1000, "dgr_" + "x" * 60_000, "\x00"])
def test_a_hostile_key_is_refused(door: Door, header: str) -> None:
    reply = door.client.post(
        "/api/v1/posts",
        content=b"{}",
        headers={"Authorization": f"Bearer {header}".encode("latin-1")},  # type: ignore[dict-item]
    )
    assert reply.status_code in (401, 431)
    assert len(reply.content) < 4096


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip
FIELDS = ("id", "text", "source", "author", "created_at", "place_hint", "lat", "lon", "url")
NEARLY = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), ANY, max_size=9)
"""Objects that look like posts."""


def _never_fails(door: Door, body: bytes) -> None:
    reply = door.send_bytes(body)
    assert reply.status_code in (202, 413, 422), reply.text
    assert len(reply.content) < 4096


FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """An installation that may take what is well made."""
    folder: Path = tmp_path_factory.mktemp("taking")
    with opened(folder / "made", furnish_in(folder / "made"), folder / "used") as door:
        yield door


@FUZZ
@given(value=ANY | NEARLY | st.lists(NEARLY, min_size=1, max_size=4))
def test_no_json_makes_it_fail(taking: Door, value: object) -> None:
    _never_fails(taking, orjson.dumps(value))


@FUZZ
@given(st.fixed_dictionaries({"id": st.text(min_size=1), "text": st.text(min_size=1)}, optional={
    "source": st.sampled_from(("api", "x", "webform", "nosuch")),
    "author": st.text(), "place_hint": st.text(), "url": st.text(),
    "lat": st.floats(-90, 90), "lon": st.floats(-180, 180),
    "created_at": st.datetimes(timezones=st.timezones()).map(str) | st.integers(-(10**12), 10**12),
}))  # fmt: skip
def test_no_well_made_post_makes_it_fail(taking: Door, value: dict[str, object]) -> None:
    _never_fails(taking, orjson.dumps(value))


@FUZZ
@given(body=st.binary(max_size=300))
def test_no_bytes_make_it_fail(taking: Door, body: bytes) -> None:
    _never_fails(taking, body)

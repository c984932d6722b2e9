"""Reading YAML from strangers: YAML 1.2 values, places of everything, and limits."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.config.events import MAX_BYTES, MAX_DEPTH, MAX_EVENTS
from leap.config.reader import read


def data(text: str):
    document, problems = read(text.encode(), "f.yaml")
    assert problems == ()
    return document.data


@pytest.mark.parametrize(
    "text, value",
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("12:30:45", "12:30:45"),
        ("2026-11-20", "2026-11-20"),
        ("1_000", "1_000"),
        ("0123", 123),
        ("-7", -7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'7'", "7"),
        ('"true"', "true"),
        ("лекция 🎓", "лекция 🎓"),
        ("8 min", "8 min"),
        ("=", "="),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text, value):
    """What looks like a word, a time or a date stays text; the core schema has no more."""
    assert {"a": value} == data(f"a: {text}\n")


@pytest.mark.parametrize("text", ["", "~", "null", "Null"])
def test_null_means_not_given(text):
    """A key without a value is not there; the place of the key is kept."""
    document, _ = read(f"a: {text}\nb: 1\n".encode(), "f.yaml")

    assert {"b": 1} == document.data
    assert (1, 1) == document.keys[("a",)]


def test_every_key_and_value_knows_its_place():
    """Lines and columns count from 1, in characters."""
    document, _ = read("# x\nключ: [1, {б: в}]\n".encode(), "f.yaml")

    assert (2, 1) == document.position(("ключ",), key=True)
    assert (2, 7) == document.position(("ключ",))
    assert (2, 8) == document.position(("ключ", 0))
    assert (2, 12) == document.position(("ключ", 1, "б"), key=True)
    assert (2, 15) == document.position(("ключ", 1, "б"))


def test_what_is_not_there_is_placed_at_its_nearest_ancestor():
    """A missing key is shown where its mapping begins."""
    document, _ = read(b"a:\n  b: 1\n", "f.yaml")

    assert (2, 3) == document.position(("a", "c", "d"))


def test_byte_order_mark_and_carriage_returns_are_no_mistake():
    """Files from Windows are read like any other."""
    assert {"a": 1, "b": 2} == read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f.yaml")[0].data


HOSTILE = {
    "too many bytes": b"a: " + b"x" * MAX_BYTES,
    "deep flow": b"a: " + b"[" * 100_000,
    "deep flow mappings": b"{a: " * 30_000,
    "deep blocks": b"".join(b" " * i + b"a:\n" for i in range(400)),
    "deep lists": b"- " * 20_000,
    "many events": b"a: [" + b"1," * MAX_EVENTS + b"]",
    "alias bomb": b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    "merge bomb": b"a: &a {x: 1}\nb: {<<: [" + b"*a," * 20_000 + b"]}\n",
    "long key": b"? " + b"k" * 200_000 + b"\n: 1\n",
    "many keys": b"".join(b"k%d: 1\n" % i for i in range(30_000)),
    "huge number": b"a: " + b"9" * 100_000,
    "huge exponent": b"a: 1e999999999",
    "not UTF-8": b"a: \xff\xfe",
    "UTF-16": "a: 1".encode("utf-16"),
    "NUL": b"a: \x00b",
    "lone surrogate": b'a: "\\ud800"',
    "endless quote": b"a: '" + b"x\n" * 100_000,
    "only question marks": b"? " * 100_000,
    "tags": b"a: !!python/object/apply:os.system ['true']",
    "directive": b"%TAG ! tag:x,2026:\n---\na: !x 1\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused_at_once(name):
    """Refused with a place, in well under a second, without a crash."""
    before = time.process_time()

    _, problems = read(HOSTILE[name], "f.yaml")

    assert problems
    assert all(each.file == "f.yaml" for each in problems)
    assert time.process_time() - before < 1


def test_depth_up_to_the_limit_is_read():
    """The limit itself is allowed."""
    depth = MAX_DEPTH - 1

    assert read(b"a: " + b"[" * depth + b"]" * depth, "f.yaml")[1] == ()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_diagnostics(content):
    """No input raises; where the data is not whole there is a diagnostic."""
    document, problems = read(content, "f.yaml")

    assert document.data or problems or not content.strip(b" ") or document.data == {}


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.recursive(
            st.integers(-999, 999) | st.booleans() | st.from_regex(r"[a-z]{1,8}", fullmatch=True),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        min_size=1,
    )
)
def test_what_was_written_is_read(value):
    """JSON is YAML: the same values come back, each with a place."""
    import json

    document, problems = read(json.dumps(value).encode(), "f.yaml")

    assert problems == ()
    assert value == document.data
    assert all((name,) in document.positions for name in value)

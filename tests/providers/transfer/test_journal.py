from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leap.providers.transfer.journal import Identity, begin, journal_of, recall, resume

IDENTITY = Identity(1000, '"tag"', "Sun, 22 Nov 2026 10:00:00 GMT")
CHUNKS = {0: 0xFFFFFFFF, 3: 0, 9: 0x1A2B3C4D}


def written(path: Path) -> bytes:
    journal = begin(path, IDENTITY, 100)
    for number, checksum in CHUNKS.items():
        journal.add(number * 100, 100, checksum)
    journal.close()
    return path.read_bytes()


def test_it_lies_beside_the_file():
    """Its name is that of the file with `.chunks` behind it."""
    assert Path("a/source.part.chunks") == journal_of(Path("a/source.part"))


def test_what_was_written_is_recalled(tmp_path):
    """Size, validators and every chunk with its checksum come back."""
    written(tmp_path / "journal")
    remembered = recall(tmp_path / "journal")
    assert IDENTITY == remembered.identity
    assert CHUNKS == remembered.chunks.checksums
    assert 300 == remembered.chunks.bytes_done


@given(st.data())
def test_a_journal_cut_at_any_byte_says_nothing_wrong(tmp_path_factory, data):
    """After a kill at any byte only whole lines count, and they are true."""
    path = tmp_path_factory.mktemp("cut") / "journal"
    whole = written(path)
    kept = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:kept])
    remembered = recall(path)
    if remembered is not None:
        assert remembered.chunks.checksums.items() <= CHUNKS.items()
        lines = whole[:kept].count(b"\n")
        assert max(0, lines - 1) == len(remembered.chunks.checksums)


@given(st.data())
def test_a_garbled_journal_says_nothing_impossible(tmp_path_factory, data):
    """Blocks that a power cut left as zeros or noise give no chunk outside of the file."""
    path = tmp_path_factory.mktemp("garbled") / "journal"
    whole = written(path)
    start = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=60))
    path.write_bytes(whole[:start] + noise + whole[start + len(noise) :])
    remembered = recall(path)
    if remembered is not None:
        size, length = remembered.identity.size, remembered.chunks.chunk
        assert set(remembered.chunks.checksums) <= set(range(-(-size // length)))


@pytest.mark.parametrize(
    "text", ["", "\n", "{}\n", "[]\n", "null\n", "5\n", '{"version": 2}\n', "\0" * 99]
)
def test_what_is_no_journal_is_none(tmp_path, text):
    """Something else under this name is as good as nothing."""
    (tmp_path / "journal").write_text(text)
    assert recall(tmp_path / "journal") is None


def test_no_journal_is_none(tmp_path):
    """Neither is there one where nothing was begun."""
    assert recall(tmp_path / "journal") is None


def test_it_goes_on_after_a_line_that_was_cut_short(tmp_path):
    """The next chunk stands on a line of its own."""
    path = tmp_path / "journal"
    path.write_bytes(written(path)[:-4])
    journal = resume(path)
    journal.add(500, 100, 7)
    journal.close()
    assert {0: 0xFFFFFFFF, 3: 0, 5: 7} == recall(path).chunks.checksums


def test_the_later_line_of_a_chunk_counts(tmp_path):
    """A chunk that was fetched again has the newer checksum, and is counted once."""
    path = tmp_path / "journal"
    written(path)
    journal = resume(path)
    journal.add(300, 100, 7)
    journal.close()
    remembered = recall(path)
    assert 7 == remembered.chunks.checksums[3]
    assert 300 == remembered.chunks.bytes_done


@pytest.mark.parametrize(
    "identity, condition",
    [
        (Identity(1, '"a"', "Sun"), '"a"'),
        (Identity(1, 'W/"a"', "Sun"), ""),
        (Identity(1, "", "Sun"), "Sun"),
        (Identity(1), ""),
    ],
)
def test_only_what_may_stand_in_if_range_is_sent(identity, condition):
    """A strong ETag, else a date where there is no ETag at all."""
    assert condition == identity.condition


@pytest.mark.parametrize(
    "other, same",
    [
        (Identity(1, '"a"', "Sun"), True),
        (Identity(1, '"a"', "Mon"), True),
        (Identity(1, '"b"', "Sun"), False),
        (Identity(2, '"a"', "Sun"), False),
        (Identity(1, "", "Mon"), False),
        (Identity(1), True),
    ],
)
def test_bytes_are_the_same_as_far_as_the_server_tells(other, same):
    """The size first, then the ETag, then the date; what is not said does not differ."""
    assert same == Identity(1, '"a"', "Sun").same(other)

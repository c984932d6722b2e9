"""Servers that transcribe, as Fireworks, OpenAI and speaches have them.

emulator    two origins, one per model; who may ask, what is refused, what it costs
form        the multipart form as it came
sound       how long the sound in it is, and which part of a whole it is
spoken      what is heard: a given text, or timed words of a whole recording
"""

from emulators.fireworks.emulator import Call, Fireworks
from emulators.fireworks.spoken import Nothing, Text, Timed, TimedWord, russian

__all__ = ["Call", "Fireworks", "Nothing", "Text", "Timed", "TimedWord", "russian"]

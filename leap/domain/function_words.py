"""Words that lean on the word after them, by language.

A subtitle line does not end on one, and a title does not begin with one.
"""

from __future__ import annotations

from types import MappingProxyType

_ENGLISH = """
    a an the this that these those my your his her its our their whose which what who whom
    of in on at by for from to into onto with without about as over under between through
    during before after above below against among per via than like upon toward towards
    and or but nor so yet if because while when where although though unless until since
    whether that's there's it's i'm you're we're they're we'll i'll you'll let's
    is are was were be been being am has have had having do does did
    will would can could shall should may might must not no
    i you he she it we they there here very more most some any each every both all such
    how why then also just too only even
"""

_RUSSIAN = """
    и а но или да либо ни то что чтобы как когда где куда если хотя потому так же ли бы
    в во на над под по из изо к ко от ото до за при про о об обо у с со без для через между
    перед после около ради среди вместо кроме сквозь против не ведь даже лишь только уже еще ещё
    я ты он она оно мы вы они мой моя мое моё мои твой его ее её их наш наша наше наши ваш ваша
    ваше ваши свой своя свое своё свои этот эта это эти тот та те такой такая такое такие
    который которая которое которые которых которого которой весь вся все всё каждый каждая
    очень более менее самый самая самое самые чем будет будут был была было были есть быть
    ну вот тут там здесь тоже также потом затем
"""

FUNCTION_WORDS = MappingProxyType(
    {"en": frozenset(_ENGLISH.split()), "ru": frozenset(_RUSSIAN.split())}
)

_EDGES = "\"'«»“”„‘’()[]{}.,;:!?…-\N{EN DASH}\N{EM DASH}"


def bare(text: str) -> str:
    """Return a word in lower case without the punctuation around it."""
    return text.strip(_EDGES).lower().replace("’", "'")


def function_words(language: str) -> frozenset[str]:
    """Return the function words of a BCP 47 code, those of all known languages for another."""
    known = FUNCTION_WORDS.get(language.split("-", maxsplit=1)[0].lower())
    return known if known is not None else frozenset().union(*FUNCTION_WORDS.values())

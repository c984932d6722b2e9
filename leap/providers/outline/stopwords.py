"""Words that say little about a lecture's subject, by language.

The function words, and what lecturers say whatever they speak about.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from leap.domain.function_words import bare, function_words

_ENGLISH = """
    able actually again ago almost along already also always another anyone anything around ask
    asked away back bad basically became become becomes begin begins best better big bit bring
    brings brought call called calls came case certain change changes clear clearly come comes
    coming completely consider course day days deal depend depends different easily easy either
    else end enough entirely especially etc exactly example fact far fast few final finally find
    first five follow following follows form four full fully further gave get gets getting give
    given gives go goes going gone good got great half happen happens hard hear hello help helps
    high hold idea imagine important instead interesting itself keep keeps kind knew know known
    knows large last later lead leads learned lecture lecturer left less let lets likely little
    live long longer look looking looks lot low made main make makes making many matter maybe me
    mean meaning means meant mention minute minutes moment moreover move moves much myself name
    named near nearly need needs never new next nice nine none nothing notice now number of often
    ok okay old once one ones opposite order other others otherwise ourselves out own part
    particular past people perhaps place please point possible probably problem problems put
    question questions quickly quite rather ready real really reason remember rest result right
    roughly said same saw say saying says second see seem seems seen self sense set several shall
    show shown shows side simple simply since single six slide slides slightly slowly small
    somebody someone something sometimes soon sort start started starts stay stays step still stop
    stops student students suppose sure take taken takes talk talking tell ten thank thanks
    themselves therefore thing things think third though thought thousand three thus time times
    today together told took top topic towards tried tries true truly try turn turned turns twice
    two type understand understood up us use used useful uses using usual usually want wants was
    watch way ways week well went whatever whole why wide word words work works worth would write
    written wrong year years yes yesterday yet you'd you've yourself zero across almost anything
    around away can't cannot couldn't didn't doesn't don't down everything everyone exactly hasn't
    isn't i've ever itself off onto out quite we've what's won't wouldn't along exist exists
    common mostly comes early late larger smaller bigger higher lower contain contains include
    ate beat began bent bore bought broke built caught chose dealt drank drew drove dug fed fell
    felt flew fought grew held hung kept laid lay led lit lost met paid ran rang read rode rose sang
    sat sent shot shut slept sold sought spent spoke spun stole stood struck stuck swam swept taught
    thrown tore won wore wrote includes reach reaches run runs grow grows becoming having being upon whenever wherever
    eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty
    fifty sixty seventy eighty ninety hundred million billion dozen
    him us them herself himself ours mine theirs yours
"""

_RUSSIAN = """
    алло благодаря бог больше большой будем будет будете будешь буду будут быстро вам вами вас
    ведь век видим видите видно вид внимание возможно вообще вопрос вопросы вот впрочем время всего
    всегда всем всеми всему всех всю второй выше говорим говорить говорят год давайте давать дает
    даёт далее дать два две день дело делать делаем делает десять для добрый должен должна должно
    должны другая другие другими других другого другое другой думаю его единственный ему есть
    значит значение зачем знаем знать иначе именно имеет имеем интересно используем используется
    используют итак каждой каждого какая какие каким каких какое какой каков кстати кому конечно
    коротко который кто куда лекция лекции лекций любой людей люди маленький мало между меньше меня
    мне много многие может можем можете можно мочь называется называют называем нам нами нас
    находится начинается начнем начнём нашего нашей нашем нашу начало некоторые некоторый немного
    ней него нее неё несколько нет никогда ними них ничего нового новый новая новое нужно нужен
    обратите обратно обычно один одна одно одни однако одного одной около опять особенно очень
    первая первый первое первые поговорим пожалуйста пока получается получаем получим получить
    понимать понятно поскольку посмотрим почему поэтому прежде привет пример примера примере
    примеры про просто пусть пять раз разные разных рассмотрим самым самого самой само сам самих
    сегодня сейчас сказать скажем слайд слайде следующий следующая следующее следующей слово слова
    сначала снова собой собственно совсем спасибо стал стала стало стать студенты считать таким
    таких такого такое такой там твоя тебе тебя тем теми теперь того тоже той только том тому три
    идет идёт идут лежит лежат стоит стоят трех трёх туда тут увидим удобно уметь уже хватает хорошо хотел хотеть хочет хотим часто часть
    чаще через четыре чего чей человек чем чему шесть этим этими этих этого этой этом этому эту
    являются является здравствуйте пор образом свои своего своей своих тысяч тысячи минут минуты
    тогда иногда скоро внутри снаружи сверху снизу сзади спереди дальше ближе почти впервые далеко
    близко рядом долго назад вперёд вперед прямо вместе одновременно нарочно настолько насколько
    сто сотни сотня миллион миллионы миллионов двадцать тридцать
"""

#: In letters.
_SHORT = 3

STOP_WORDS = MappingProxyType(
    {"en": frozenset(_ENGLISH.split()), "ru": frozenset(_RUSSIAN.split())}
)


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words of a BCP 47 code that do not tell one subject from another."""
    more = STOP_WORDS.get(language.split("-", maxsplit=1)[0].lower())
    words = more if more is not None else frozenset().union(*STOP_WORDS.values())
    return function_words(language) | words


def leaning(word: str, language: str) -> bool:
    """Tell whether a word is a function word or, in a language without a list, may be one."""
    text = bare(word)
    # Most short words are articles and prepositions.
    return text in function_words(language) or (language not in STOP_WORDS and len(text) <= _SHORT)

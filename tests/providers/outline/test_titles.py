"""What topics are called: things, as they were said, and different from each other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leap.domain.function_words import bare, function_words
from leap.domain.transcript import Word
from leap.providers.outline.phrases import clauses, heard, phrases
from leap.providers.outline.text import sentences
from leap.providers.outline.titles import Titles, grammar


def said(text, language="en"):
    """Return a text as sentences, one word a second."""
    words = [Word(float(n), n + 0.9, word) for n, word in enumerate(text.split())]
    return sentences(words, language)


def titles(*texts, language="en"):
    return Titles([said(text, language) for text in texts], language).of_topics()


def things(text, language="en"):
    """Return what could be a title, in lower case."""
    heard_of = clauses(said(text, language), language)
    found = phrases(heard(heard_of, grammar(language, heard_of)))
    return {
        spelled.lower() for one in found.values() for s in one.spellings.values() for spelled in s
    }


def test_a_thing_that_is_often_spoken_of_is_the_title():
    """An article before it and a verb behind it show where it begins and ends."""
    text = "The supply curve is steep. Frost moves the supply curve to the left."

    assert ["Supply curve"] == titles(text)


@pytest.mark.parametrize(
    "text,fragment",
    [
        (
            "Wax plugs. Big plugs. Old plugs. New plugs. Lava plugs a vent. Lava plugs it.",
            "lava plugs",
        ),
        ("A filter stands on legs. Every filter stands in rows.", "filter stands"),
        ("What you hear is the valves closing. Listen to the valves closing.", "valves closing"),
        (
            "They buy wine. To buy cloth is good. The country buy in. The country buy.",
            "country buy",
        ),
    ],
)
def test_a_subject_and_its_verb_are_no_title(text, fragment):
    """Two words side by side are not yet a thing."""
    assert fragment not in things(text)


def test_a_part_of_a_longer_phrase_is_no_title():
    """What is always called a central nervous system is not called a central nervous."""
    text = "The central nervous system is old. Drugs act on the central nervous system."

    assert ["Central nervous system"] == titles(text)
    assert not {"central nervous", "nervous system"} & things(text)


def test_two_things_are_joined_where_no_phrase_is_good():
    """They stand in the order in which they are first spoken of."""
    text = "The homework is due on Friday. Bring the homework. The exam is hard. Fear the exam."

    assert ["Homework and exam"] == titles(text)


def test_a_word_that_is_introduced_goes_before_the_best_phrase():
    """What is named and then often spoken of is what the topic is about."""
    text = """We call it overfitting. Overfitting models remember. To catch overfitting, keep some
        hidden examples. The hidden examples are a test."""

    assert ["Overfitting and hidden examples"] == titles(text)


def test_a_name_keeps_its_capital_and_a_beginning_does_not():
    """A word is a name when it is written large inside a sentence too."""
    text = "Birds like Norway. Norway is far. Kidneys are filters. Kidneys are small."

    assert ["Norway and kidneys"] == titles(text)


@pytest.mark.parametrize(
    "text,title",
    [
        ("Мы строим нейронную сеть. Нейронная сеть учится.", "Нейронная сеть"),
        ("Уатт построил паровую машину. Все ставят паровую машину.", "Паровая машина"),
        ("Скорость обучения мала. От скорости обучения зависит шаг.", "Скорость обучения"),
        ("Здесь хлорофилл. Первый закон Ньютона прост. Вот закон Ньютона.", "Закон Ньютона"),
        ("Растения берут углекислый газ. Углекислый газ тяжёлый.", "Углекислый газ"),
        ("Звуковые волны бегут. Мы слышим звуковые волны.", "Звуковые волны"),
    ],
)
def test_a_russian_title_stands_in_the_nominative(text, title):
    """Whatever case it was said in most."""
    assert [title] == titles(text, language="ru")


@pytest.mark.parametrize(
    "text,fragment",
    [
        ("В Риме правили цари. Долго правили цари.", "правили цари"),
        ("Это позволяет процессу думать. Дайте процессу думать.", "процессу думать"),
        ("Мы меняем частоту звука. Частоту звука меняем.", "частоту звука"),
        ("Для силы тока. Измеряем силы тока. Вычислим силы тока.", "силы тока"),
        ("Республика погибла. Республика погибла.", "республика погибла"),
        ("Митохондрии зовут электростанциями клетки.", "электростанциями клетки"),
        ("Если таблица большая, нужен индекс.", "таблица большая"),
    ],
)
def test_a_russian_title_is_no_inflected_fragment(text, fragment):
    """Nothing in another case, no verb, and no short sentence."""
    assert fragment not in things(text, language="ru")


def test_topics_that_speak_of_the_same_are_called_differently():
    """The plural and the singular of a title would be taken for one."""
    made = titles(
        "The learning rate is small. The learning rate is a number.",
        "The learning rates are small. The learning rates are numbers.",
    )

    assert "Learning rate" == made[0]
    assert "Learning rates" != made[1]


def test_a_whole_clause_is_quoted_where_nothing_is_known_to_be_a_thing():
    """It is not cut, and no function word stands at its edges."""
    assert ["Prices fell quickly"] == titles("So it went. Prices fell quickly, and that was it.")


def test_titles_are_in_the_script_of_the_lecture():
    """A foreign term is no title by itself; a topic without another has a number."""
    made = titles("Запросы пишут на языке SQL. Запросы медленны.", "SQL Server. Да.", language="ru")

    assert "Часть 2" == made[1]


def test_another_language_is_not_guessed_at():
    """What is repeated may be a title, but an article is no part of it."""
    text = "Die bewegliche Letter ist neu. Alle wollen die bewegliche Letter."

    assert ["Bewegliche Letter"] == titles(text, language="de")


def test_a_word_that_is_introduced_by_name_stands_in_the_main_topic():
    """What the whole is about has at most four words."""
    text = """Модель запоминает примеры. Это называется переобучение. Переобучение опасно. Переобучение
        лечат: берут новые примеры. Большая сеть хранит примеры. Поможет большая сеть."""
    main = Titles([said(text, "ru")], "ru").of_all("Лекция")

    assert main is not None
    assert "переобучение" in main.lower()
    assert 2 <= len(main.split()) <= 4


SOME = """
The a of supply curve curve, curves. and is was lets lava plugs it Gradient descent. called
Нейронная сеть сети. паровую машину и в это называется закон Ньютона, шли большая. 42 x …
Über größere Räume. 学习率 ὁ λόγος
"""
word = st.sampled_from(SOME.split())


@given(
    st.lists(st.lists(word, min_size=1, max_size=40), min_size=1, max_size=5),
    st.sampled_from(["en", "ru", "de", "und"]),
)
@settings(max_examples=80, deadline=None)
def test_titles_are_sound_whatever_was_said(topics, language):
    """Two to eight words, all different, large at the start, no function word at either end."""
    parts = [said(" ".join(words), language) for words in topics]
    one = Titles(parts, language)
    made = one.of_topics()

    assert len(topics) == len(made) == len({title.casefold() for title in made})
    for title in [*made, *filter(None, [one.of_all("Lecture")])]:
        words = title.split()
        assert 2 <= len(words) <= 8
        assert title[0] == title[0].upper()
        assert not {bare(words[0]), bare(words[-1])} & function_words(language)

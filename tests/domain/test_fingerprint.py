"""Names that depend on nothing but what was asked, however they are computed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leap.domain.fingerprint import Prepared, digest, hole, prepared_stage_key, stage_key
from leap.domain.stage import FILE_STAGES, Stage, inputs

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers() | texts
data = st.dictionaries(texts, scalars | st.lists(scalars, max_size=3), max_size=4)


@given(rest=data, title=scalars, topics=scalars)
def test_filling_holes_gives_the_digest_of_the_whole(rest, title, topics) -> None:
    """Wherever the holes are among the sorted keys, and whatever fills them."""
    whole = {"rest": rest, "display_name": title, "topics": {"z": topics}, "a": 1}
    prepared = Prepared(
        {**whole, "display_name": hole("one"), "topics": {"z": hole("two")}}, ("two", "one")
    )

    assert digest(whole) == prepared.digest(topics, title)


@given(settings=data, revision=texts, generation=st.integers(0, 9))
def test_the_key_of_a_download_is_the_same_either_way(settings, revision, generation) -> None:
    whole = stage_key(Stage.DOWNLOAD, settings, {}, revision=revision, generation=generation)

    assert whole == prepared_stage_key(Stage.DOWNLOAD, settings, ())(revision, generation)


@given(settings=data, stage=st.sampled_from(FILE_STAGES[1:]), key=texts)
def test_the_key_of_any_other_stage_is_the_same_either_way(settings, stage, key) -> None:
    upstream = inputs(stage, FILE_STAGES)
    keys = {other: f"{key}{number}" for number, other in enumerate(upstream)}

    made = prepared_stage_key(stage, settings, upstream)(*keys.values())

    assert stage_key(stage, settings, keys) == made

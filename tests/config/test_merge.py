"""Layers of settings: what wins, and where it was decided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leap.config.merge import Layer, Origin, merge
from leap.config.reader import read

names = st.sampled_from(["a", "b", "c"])
leaves = st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2) | st.booleans()
trees = st.dictionaries(
    names,
    st.recursive(leaves, lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=6),
    max_size=3,
)


def flat(data, path=()):
    found = {}
    for key, value in data.items():
        if isinstance(value, dict):
            found |= flat(value, (*path, key))
        else:
            found[".".join((*path, key))] = value
    return found


def merged(*trees):
    return merge([Layer(str(number), tree) for number, tree in enumerate(trees)])


@given(trees)
def test_one_layer_is_itself(tree):
    """Merging one layer changes nothing."""
    assert tree == merged(tree).data


@given(trees, trees)
def test_the_last_layer_wins(below, above):
    """Every leaf of the closer layer is in the result, and comes from it."""
    result = merged(below, above)

    for path, value in flat(above).items():
        assert value == flat(result.data)[path]
        assert Origin("1") == result.origins[path]


@given(trees, trees)
def test_what_the_closer_layer_does_not_mention_is_inherited(below, above):
    """A leaf below stays, unless the layer above has something on its way."""
    result = merged(below, above)
    decided = set(flat(above))

    for path, value in flat(result.data).items():
        if path not in decided:
            assert value == flat(below)[path]
            assert Origin("0") == result.origins[path]


@given(trees, trees, trees)
def test_every_leaf_has_exactly_one_origin(one, two, three):
    """Origins are those of the leaves that are there, and of nothing else."""
    result = merged(one, two, three)

    assert set(flat(result.data)) == set(result.origins)


@given(trees, trees)
def test_merging_does_not_change_the_layers(below, above):
    """Layers are read, never written."""
    import copy

    before = copy.deepcopy((below, above))
    result = merged(below, above)
    for value in result.data.values():
        if isinstance(value, dict):
            value.clear()

    assert before == (below, above)


@given(trees, trees)
def test_merging_twice_is_merging_once(below, above):
    """A layer that repeats what holds changes no value."""
    assert merged(below, above).data == merged(below, above, above).data


def test_lists_replace_and_mappings_merge():
    """Nobody has to repeat a mapping; nobody inherits half a list."""
    result = merged({"a": {"x": 1, "y": [1, 2]}}, {"a": {"y": [3]}})

    assert {"a": {"x": 1, "y": [3]}} == result.data


def test_an_empty_text_clears_and_null_inherits():
    """The two ways to say nothing differ."""
    assert {"a": "", "b": "x"} == merged({"a": "x", "b": "x"}, {"a": "", "b": None}).data


def test_an_origin_is_a_place_in_a_file():
    """The line is that of the key."""
    document, _ = read(b"defaults:\n  trim:\n    padding: 1 s\n", "tenant.yaml")
    layer = Layer("tenant", document.data["defaults"], document, ("defaults",))

    origin = merge([layer]).origins["trim.padding"]

    assert Origin("tenant", "tenant.yaml", 3, 5) == origin
    assert "tenant.yaml:3 (tenant)" == str(origin)

"""Odd JSON values for the stories about readers."""

from hypothesis import strategies as st


def odd_values(keys):
    """JSON values whose objects use ``keys``, with all the wrong types in them."""
    leaves = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(keys)
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(keys), inner, max_size=8),
        max_leaves=30,
    )

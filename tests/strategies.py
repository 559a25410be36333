"""Comments of any kind, for the contracts: few accounts and texts, so that everything meets."""

from __future__ import annotations

from hypothesis import strategies as st

from detector.comment import ID_QUALITIES, KINDS, TS_SOURCES, Comment
from tests.building import NAN, START_MS

TEXTS = (
    "好看", "好看！", "不好看", "666", "66666", "扣1", "扣2", "", "多少钱", "加微信13800138000", "加 微信 l38OO138000",
    "看nv tcc473", "主播推荐的这款面膜真的很好用", "主播推荐的这款面膜真的好好用", "主播推荐的这款面膜真的很不好用",
    "家人们这个价格太划算了快冲", "面料舒服，推荐", "垃圾，退货了",
)  # fmt: skip

known_texts = st.sampled_from(TEXTS)
# Any code point, also half a surrogate pair.
any_text = st.text(st.characters(codec=None), max_size=30)


def maybe(values: st.SearchStrategy[float]) -> st.SearchStrategy[float]:
    """``values``, or unknown."""
    return st.one_of(st.just(NAN), values)


def comments(
    texts: st.SearchStrategy[str] = known_texts, *, rooms: tuple[str, ...] = ("r1", "r2", "r3")
) -> st.SearchStrategy[Comment]:
    """One comment of any kind, source and id quality; unknown is common, and times may run backwards."""
    return st.builds(
        Comment,
        text=texts,
        comment_id=st.sampled_from(["", *(f"c{n}" for n in range(40))]),
        room_id=st.sampled_from(rooms),
        session_id=st.sampled_from(["", "s1"]),
        user_id=st.sampled_from(["", "u1", "u2", "u3", "u4"]),
        user_id_quality=st.sampled_from(["real", "real", "real", *ID_QUALITIES]),
        ts_ms=maybe(st.integers(0, 900).map(lambda s: START_MS + 1000.0 * s)),
        ts_source=st.sampled_from(["event", "event", "event", *TS_SOURCES]),
        kind=st.sampled_from(["comment", "comment", "comment", "review", *KINDS]),
        user_level=maybe(st.sampled_from([0.0, 1.0, 7.0, 30.0, 200.0])),
        fan_badge_level=maybe(st.sampled_from([0.0, 8.0])),
        paid_marker=st.sampled_from(["", "0", "舰长"]),
        is_staff=maybe(st.sampled_from([0.0, 1.0])),
        account_created_ms=maybe(st.just(START_MS - 86_400_000.0)),
        rating=maybe(st.integers(1, 5).map(float)),
        verified_purchase=maybe(st.sampled_from([0.0, 1.0])),
        purchased_at_ms=maybe(st.just(START_MS - 3_600_000.0)),
    )


def logs(
    texts: st.SearchStrategy[str] = known_texts, *, max_size: int = 40
) -> st.SearchStrategy[list[Comment]]:
    """Comments of several rooms, interleaved."""
    return st.lists(comments(texts), max_size=max_size)


def cuts(n: int) -> st.SearchStrategy[list[int]]:
    """Where a log of ``n`` comments is cut into batches; an empty batch may be among them."""
    return st.lists(st.integers(0, n), max_size=6).map(lambda places: [0, *sorted(places), n])

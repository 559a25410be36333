"""Which signals cannot be computed where a file does not tell what they need, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import ID_QUALITY_CODE, KIND_CODE, REVIEW_KINDS, TS_SOURCE_CODE, CommentBatch, chosen

Flags = NDArray[np.bool_]

_REVIEW: Final = chosen(REVIEW_KINDS, KIND_CODE)
_UNDATED: Final = chosen(("order_only", "video_offset", "minute_marker"), TS_SOURCE_CODE)
_ORDER_ONLY: Final = TS_SOURCE_CODE["order_only"]

IN_SECONDS: Final = (
    "copying.accounts_10s", "copying.accounts_60s", "copying.accounts_600s", "timing.gap_s", "timing.rate_60s",
    "timing.gap_spread", "timing.gap_typical_s", "burst.rate_ratio", "account.seen_s",
)  # fmt: skip
OF_ACCOUNTS: Final = (
    "lockstep.shared", "lockstep.weight", "lockstep.partners", "lockstep.before",
    "repetition.times", "repetition.gap_c", "repetition.streak", "repetition.distinct_share",
    "timing.gap_s", "timing.gap_c", "timing.rate_60s", "timing.rate_200c", "timing.gap_spread",
    "timing.gap_typical_s", "account.posts", "account.seen_s", "account.seen_c", "account.contacts",
    "phrases.young_mean", "phrases.young_most", "phrases.young_share",
)  # fmt: skip
OF_LEVELS: Final = (
    "copying.low_share", "copying.rank_mean", "copying.rank_spread", "account.level", "account.level_rank",
)  # fmt: skip

_NO_SECONDS: Final = ("speed, gaps and bursts are judged by the order only", "速度、间隔和爆发只按先后判断")
_NO_PERSON: Final = ("repeats, pace and lockstep of accounts are not judged", "不看账号的重复、频率和协同")
_NOBODY: Final = ("such people cannot be protected", "无法据此保护这些人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is not told, in ``en`` and ``zh``; the ``signals`` (features) off for it, and what that means.

    ``of`` is whose lack it is: of all that is scored, of ``live`` comments or of ``reviews``. ``by_row`` is whether
    single rows may lack it; else it matters only where no row has it.
    """

    en: str
    zh: str
    off: tuple[str, str]
    signals: tuple[str, ...]
    of: str = "scored"
    by_row: bool = False


# Reason code -> what is lacking.
LACKS: Final[Mapping[str, Lack]] = {
    "order_only": Lack(
        en="no usable time", zh="没有可用的时间", off=_NO_SECONDS, signals=IN_SECONDS, by_row=True
    ),
    "dates_only": Lack(
        en="days without a clock", zh="时间只到日期", off=_NO_SECONDS, signals=IN_SECONDS, by_row=True
    ),
    "whole_minutes": Lack(
        en="times in whole minutes", zh="时间只到分钟", off=_NO_SECONDS, signals=IN_SECONDS, by_row=True
    ),
    "arrival_heaps": Lack(
        en="times are of arrival", zh="时间是收到时间",
        off=("a heap after 5 s of silence is taken for a late delivery, not for a flood", "静默 5 秒后一起到达的弹幕算作延迟，不算爆发"),
        signals=IN_SECONDS, by_row=True,
    ),
    "masked_ids": Lack(en="masked accounts", zh="账号打码", off=_NO_PERSON, signals=OF_ACCOUNTS, by_row=True),
    "no_ids": Lack(en="no accounts", zh="没有账号", off=_NO_PERSON, signals=OF_ACCOUNTS, by_row=True),
    "no_level": Lack(
        en="no account levels", zh="没有账号等级",
        off=("gatherings of low-level accounts are not judged", "不看低等级账号是否聚集"), signals=OF_LEVELS,
    ),
    "no_badge": Lack(
        en="no fan badge levels (loyal fans)", zh="没有粉丝牌等级（老粉）", off=_NOBODY, signals=("account.badge_level",), of="live"
    ),
    "no_paid": Lack(en="no marks of payment (paying fans)", zh="没有付费标记（付费粉丝）", off=_NOBODY, signals=("account.paid",), of="live"),
    "no_staff": Lack(
        en="no marks of host or staff", zh="没有主播、房管标记", off=_NOBODY, signals=("account.staff",), of="live"
    ),
    "no_created": Lack(
        en="no dates of registration", zh="没有注册时间", off=("how old accounts are is not judged", "不看账号注册了多久"),
        signals=("account.age_days",),
    ),
    "no_date": Lack(
        en="times without a date", zh="时间没有日期",
        off=("age of accounts and time since the purchase are not judged", "不看账号注册了多久、购买后多久评价"),
        signals=("account.age_days", "rating.lag_h"), by_row=True,
    ),
    "no_rating": Lack(
        en="no stars", zh="没有评分", off=("whether stars fit the words is not judged", "不看星级与文字是否相符"),
        signals=("rating.stars", "rating.deviation", "rating.conflict"), of="reviews",
    ),
    "no_purchase": Lack(
        en="no time of purchase", zh="没有购买时间", off=("how soon after the purchase is not judged", "不看购买后多久评价"),
        signals=("rating.lag_h",), of="reviews",
    ),
    "no_verified": Lack(
        en="no mark of purchase", zh="没有已购标记", off=("whether it was bought is not judged", "不看是否真的购买过"),
        signals=("rating.verified",), of="reviews",
    ),
}  # fmt: skip

# What a format usually tells -> the code of what it lacks.
_OF_TIME: Final = {
    "order_only": "order_only", "date_only": "dates_only", "minute_marker": "whole_minutes", "arrival": "arrival_heaps",
}  # fmt: skip
_OF_ID: Final = {"masked": "masked_ids", "none": "no_ids"}
_OF_FIELD: Final = {
    "user_level": "no_level", "fan_badge_level": "no_badge", "paid_marker": "no_paid", "is_staff": "no_staff",
    "account_created": "no_created", "rating": "no_rating", "purchased_at": "no_purchase",
    "verified_purchase": "no_verified",
}  # fmt: skip


def lacks_of(batch: CommentBatch) -> dict[str, int]:
    """How many rows are ``scored``, ``live`` and ``reviews``, and how many of them lack what: code -> rows."""
    scored = batch.scored()
    reviews = scored & _REVIEW[batch.kind]
    live = scored & ~reviews
    source = np.where(np.isnan(batch.ts_ms), _ORDER_ONLY, batch.ts_source)
    told = {
        **{code: source == TS_SOURCE_CODE[name] for name, code in _OF_TIME.items()},
        **{code: batch.user_id_quality == ID_QUALITY_CODE[name] for name, code in _OF_ID.items()},
        "no_level": np.isnan(batch.user_level),
        "no_badge": np.isnan(batch.fan_badge_level),
        "no_paid": _empty(batch.paid_marker),
        "no_staff": np.isnan(batch.is_staff),
        "no_created": np.isnan(batch.account_created_ms),
        "no_date": _UNDATED[source] & ~(np.isnan(batch.account_created_ms) & np.isnan(batch.purchased_at_ms)),
        "no_rating": np.isnan(batch.rating),
        "no_purchase": np.isnan(batch.purchased_at_ms),
        "no_verified": np.isnan(batch.verified_purchase),
    }
    groups = {"scored": scored, "live": live, "reviews": reviews}
    counts = {name: int(rows.sum()) for name, rows in groups.items()}
    return counts | {code: int((told[code] & groups[lack.of]).sum()) for code, lack in LACKS.items()}


def signals_off(lacks: Mapping[str, int]) -> list[dict[str, Any]]:
    """What is off, of rows counted by ``lacks_of``: ``code``, ``rows`` of ``of`` rows, ``signals``, ``en``, ``zh``."""
    return [
        {
            "code": code,
            "rows": lacks[code],
            "of": lacks[lack.of],
            "signals": list(lack.signals),
            "en": f"{lack.en}: {lack.off[0]}",
            "zh": f"{lack.zh}：{lack.off[1]}",
        }
        for code, lack in LACKS.items()
        if lacks.get(code, 0) > 0 and (lack.by_row or lacks[code] == lacks[lack.of])
    ]


def usually_off(*, kinds: str, ids: str, times: str, fields: str) -> list[str]:
    """The codes of what a format usually lacks, told in words between spaces as in ``dialect.Tells``."""
    told = kinds.split()
    groups = {"scored", "reviews" if {"review", "append"} & set(told) else "live"}
    found = {_OF_TIME.get(times.split(maxsplit=1)[0], ""), _OF_ID.get(ids.split(maxsplit=1)[0], "")}
    found |= {code for field, code in _OF_FIELD.items() if field not in fields.split()}
    return [code for code, lack in LACKS.items() if code in found and lack.of in groups]


def _empty(column: list[str]) -> Flags:
    """Where there is no text; mostly that is everywhere or nowhere."""
    if column.count("") in (0, len(column)):
        return np.full(len(column), not any(column[:1]), dtype=np.bool_)
    return np.fromiter((not text for text in column), dtype=np.bool_, count=len(column))

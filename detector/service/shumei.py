"""The field names that Chinese platforms already use for moderation calls, so that one call can be swapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from detector.service.problems import Problem
from detector.verdict import LABEL_ZH, LABELS

LEVELS: Final[Mapping[str, str]] = {"pass": "PASS", "review": "REVIEW", "high_risk": "REJECT"}
# Our label -> riskLabel1, riskLabel2.
LABEL_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "solicitation": ("ad", "lianxifangshi"),
    "bot_flood": ("flood", ""),
    "fake_review": ("fake_review", ""),
    "normal": ("normal", ""),
}
CODES: Final[Mapping[int, tuple[int, str]]] = {
    401: (9101, "无权限操作"),
    403: (9101, "无权限操作"),
    413: (1905, "内容过长"),
    429: (1901, "QPS 超限"),
}
SUCCESS: Final = (1100, "成功")
BAD_EVENT: Final = (1902, "参数不合法")
FAILED: Final = (1903, "服务失败")
# Theirs -> ours; the first that is there counts.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text",),
    "comment_id": ("dataId", "msgId"),
    "user_id": ("tokenId",),
    "user_name": ("nickname",),
    "room_id": ("roomId", "room"),
    "session_id": ("sessionId",),
    "ts_ms": ("timestamp",),
    "user_level": ("level",),
    "product_id": ("itemId",),
    "rating": ("rating",),
}
STAFF: Final = frozenset({"HOST", "ADMIN"})


def events_of(body: Any) -> tuple[list[Any], bool]:
    """The events of a request, and whether it was for one: ``data`` is one event, ``texts`` are many."""
    if isinstance(body, dict):
        if isinstance(body.get("texts"), list):
            return [event_of(item) for item in body["texts"]], False
        if isinstance(body.get("data"), dict):
            return [event_of(body["data"])], True
    raise Problem("invalid")


def event_of(item: Any) -> Any:
    """One event in our names; what is no object stays what it is."""
    if not isinstance(item, dict):
        return item
    extra = item.get("extra")
    known = (extra if isinstance(extra, dict) else {}) | item
    event = {}
    for ours, theirs in FIELDS.items():
        for name in theirs:
            if known.get(name) not in (None, ""):
                event[ours] = known[name]
                break
    role = known.get("role")
    if isinstance(role, str) and role.upper() in STAFF:
        event["is_staff"] = True
    return event


def answer(reply: Mapping[str, Any], events: Sequence[Any], *, request_id: str, single: bool) -> dict[str, Any]:
    """A reply to ``events`` in their names: one object for one event, ``results`` in the order of the events for many."""
    rejected = {one["index"]: one for one in reply["rejected"]}
    results = iter(reply["results"])
    items = []
    for place in range(len(reply["results"]) + len(rejected)):
        if place in rejected:
            event = events[place]
            named = {"dataId": event["comment_id"]} if isinstance(event, dict) and "comment_id" in event else {}
            items.append(
                {"code": BAD_EVENT[0], "message": rejected[place]["message"], "requestId": request_id, **named}
            )
        else:
            items.append(_item(next(results), request_id))
    revisions = [
        {
            "dataId": one["comment_id"],
            "riskLevel": LEVELS[one["verdict"]],
            "oldRiskLevel": LEVELS[one["old_verdict"]],
            **_labels(one["label"]),
            "riskDescription": description(one),
        }
        for one in reply["revisions"]
    ]
    if single:
        return items[0] | {"revisions": revisions}
    code, message = SUCCESS
    return {
        "code": code,
        "message": message,
        "requestId": request_id,
        "results": items,
        "revisions": revisions,
    }


def problem(status: int, title_zh: str, request_id: str) -> dict[str, Any]:
    """A problem in their names; the HTTP status tells it too."""
    code, message = CODES.get(status, BAD_EVENT if status < 500 else FAILED)
    return {"code": code, "message": f"{message}：{title_zh}", "requestId": request_id}


def description(result: Mapping[str, Any]) -> str:
    """``引流：37 个账号 60 秒内发了近似文本``, from the label and the first reason."""
    first = result["reasons"][0]["text"] if result["reasons"] else ""
    return "：".join(part for part in (LABEL_ZH[result["label"]], first) if part)


def _item(result: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    heads = [label for label in LABELS if result.get(f"p_{label}") is not None]
    risky = sorted(heads, key=lambda label: -result[f"p_{label}"])
    return {
        "code": SUCCESS[0],
        "message": SUCCESS[1],
        "requestId": request_id,
        "dataId": result["comment_id"],
        "riskLevel": LEVELS[result["verdict"]],
        **_labels(result["label"]),
        "riskDescription": description(result),
        "probability": result["risk"],
        "allLabels": [
            {
                **_labels(label),
                "probability": result[f"p_{label}"],
                "riskLevel": LEVELS[result["verdict"]] if label == result["label"] else "PASS",
            }
            for label in risky
        ],
        "riskDetail": {},
        "auxInfo": {
            "groupId": result["campaign_id"],
            "organicWave": result["organic_wave"],
            "protected": result["protected"],
            "modelVersion": result["model_id"],
        },
    }


def _labels(label: str) -> dict[str, str]:
    first, second = LABEL_NAMES[label]
    return {"riskLabel1": first, "riskLabel2": second, "riskLabel3": ""}

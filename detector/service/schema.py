"""What requests must be and what replies are, as JSON Schema; replies follow the classes they are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from detector.service.feedback import KINDS
from detector.service.problems import PROBLEMS
from detector.service.scoring import MAX_EVENTS
from detector.service.shumei import LABEL_NAMES, LEVELS
from detector.stream.outcome import ALERTS, Alert, Rejected, Revision
from detector.verdict import LABELS, VERDICTS, Campaign, FloodWindow, Reason, RoomVerdict, Verdict

Schema = dict[str, Any]
MAX_ID: Final = 512
MAX_PROMPTS: Final = 50
MAX_PROMPT_TEXT: Final = 200
MAX_TEXT: Final = 10_000

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "verdict": VERDICTS, "first_verdict": VERDICTS, "old_verdict": VERDICTS, "label": LABELS, "old_label": LABELS,
    "kind": ALERTS,
}  # fmt: skip


def text(*, choices: tuple[str, ...] = (), longest: int = 0, shortest: int = 0, note: str = "") -> Schema:
    """A string."""
    found: Schema = {"type": "string"}
    if choices:
        found["enum"] = list(choices)
    if longest:
        found["maxLength"] = longest
    if shortest:
        found["minLength"] = shortest
    return found | ({"description": note} if note else {})


def number(note: str = "") -> Schema:
    """A number, null if unknown."""
    return {"type": ["number", "null"]} | ({"description": note} if note else {})


def many(items: Schema, *, most: int = 0) -> Schema:
    """A list."""
    return {"type": "array", "items": items} | ({"maxItems": most} if most else {})


def record(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = (), closed: bool = False) -> Schema:
    """An object; all but ``optional`` properties are there."""
    found: Schema = {"type": "object", "properties": dict(properties)}
    required = [name for name in properties if name not in optional]
    if required:
        found["required"] = required
    if closed:
        found["additionalProperties"] = False
    return found


def named(name: str) -> Schema:
    """The schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def of_class(kind: Any, **replaced: Schema) -> Schema:
    """The schema of a dataclass as the wire writes it: unknown numbers are null."""
    hints = get_type_hints(kind)
    simple: Mapping[Any, Schema] = {
        str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, float: number(),
        tuple[str, ...]: many({"type": "string"}),
    }  # fmt: skip
    properties = {}
    for field in dataclasses.fields(kind):
        if field.name in replaced:
            properties[field.name] = replaced[field.name]
        elif field.name in _CHOICES:
            properties[field.name] = text(choices=_CHOICES[field.name])
        else:
            properties[field.name] = dict(simple[hints[field.name]])
    return record(properties) | {"description": (kind.__doc__ or "").split("\n\n")[0].replace("``", "")}


EVENT: Final[Schema] = record(
    {
        "text": text(note="What was said. Required; also under content, message and other common names."),
        "comment_id": text(note="Ids are strings. With one, a redelivered event counts once."),
        "room_id": text(),
        "session_id": text(note="One broadcast. What is remembered is remembered by room and session."),
        "user_id": text(),
        "user_name": text(),
        "ts_ms": number("UTC milliseconds; ts takes a time with a zone or in --tz"),
        "kind": text(note="comment unless said otherwise: gift, like, enter, follow and others are context only"),
        "user_level": number(),
        "fan_badge_level": number(),
        "is_staff": {"type": ["boolean", "null"]},
        "product_id": text(),
        "rating": number(),
        "reply_to": text(),
    },
    optional=(
        "comment_id", "room_id", "session_id", "user_id", "user_name", "ts_ms", "kind", "user_level",
        "fan_badge_level", "is_staff", "product_id", "rating", "reply_to",
    ),
) | {"description": "An event. One that cannot be taken is named in rejected; the others are scored."}  # fmt: skip

# Bodies. Single events are judged one by one when they are scored, so that one bad event does not fail the others.
SCORE_REQUEST: Final[Schema] = record({"events": {"type": "array", "items": {}}})
PROMPTS_REQUEST: Final[Schema] = record(
    {
        "prompts": many(
            record(
                {
                    "text": text(
                        longest=MAX_PROMPT_TEXT, shortest=1, note="Such as 扣1, or the lottery's word"
                    ),
                    "from_ms": number("UTC milliseconds; open if left out"),
                    "until_ms": number("UTC milliseconds; open if left out"),
                },
                optional=("from_ms", "until_ms"),
                closed=True,
            ),
            most=MAX_PROMPTS,
        )
    },
    closed=True,
)
FEEDBACK_REQUEST: Final[Schema] = record(
    {
        "comment_id": text(longest=MAX_ID, shortest=1),
        "kind": text(choices=tuple(KINDS), note="false_alarm (误杀): it is genuine; missed (漏杀): it is not"),
        "label": text(choices=LABELS, note="What it is"),
        "session_id": text(longest=MAX_ID),
        "room_id": text(longest=MAX_ID),
        "user_id": text(longest=MAX_ID),
        "keep_text": {
            "type": "boolean",
            "description": "Keep the text too: retraining needs it. Off by default",
        },
        "text": text(longest=MAX_TEXT, note="Taken from memory if left out; kept with keep_text only"),
    },
    optional=("label", "session_id", "room_id", "user_id", "keep_text", "text"),
    closed=True,
)
SHUMEI_REQUEST: Final[Schema] = {
    "type": "object",
    "description": "data is one event, texts are many. accessKey is not read: send the key in a header.",
    "properties": {"data": {"type": "object"}, "texts": {"type": "array", "items": {}}},
    "anyOf": [{"required": ["data"]}, {"required": ["texts"]}],
}

_REASON = record({"code": text(), "text": text(), "weight": {"type": "number"}}) | {
    "description": (Reason.__doc__ or "").split("\n\n")[0]
}
_REASONS = many(named("Reason"))
_LEVEL = text(choices=tuple(LEVELS.values()))
_SHUMEI_LABELS = {
    "riskLabel1": text(choices=tuple(first for first, _ in LABEL_NAMES.values())), "riskLabel2": text(),
    "riskLabel3": text(),
}  # fmt: skip
_SHUMEI_ITEM = {
    "code": {"type": "integer"}, "message": text(), "requestId": text(), "dataId": text(), "riskLevel": _LEVEL,
    **_SHUMEI_LABELS, "riskDescription": text(), "probability": number(),
    "allLabels": many(record({**_SHUMEI_LABELS, "probability": number(), "riskLevel": _LEVEL})),
    "riskDetail": {"type": "object"}, "auxInfo": {"type": "object"},
    "revisions": many({"type": "object"}), "results": many({"type": "object"}),
}  # fmt: skip

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Event": EVENT,
    "ScoreRequest": SCORE_REQUEST | {"properties": {"events": many(named("Event"), most=MAX_EVENTS)}},
    "ShumeiRequest": SHUMEI_REQUEST,
    "PromptsRequest": PROMPTS_REQUEST,
    "FeedbackRequest": FEEDBACK_REQUEST,
    "Reason": _REASON,
    "Verdict": of_class(Verdict, reasons=_REASONS),
    "Revision": of_class(Revision, reasons=_REASONS),
    "Unclear": record({"code": text(), "n": {"type": "integer"}, "index": many({"type": "integer"})})
    | {"description": "Values of events taken that could not be read and count as unknown; the first such events."},
    "Rejected": record({"index": {"type": "integer"}, "code": text(), "message": text()})
    | {"description": (Rejected.__doc__ or "").split("\n\n")[0]},
    "Alert": of_class(Alert),
    "FloodWindow": of_class(FloodWindow),
    "Campaign": record(
        {**of_class(Campaign)["properties"], "settled": {"type": "boolean"}},
        optional=tuple(
            name for name in of_class(Campaign)["properties"]
            if name not in ("campaign_id", "room_id", "session_id", "label", "comments", "accounts", "flagged",
                            "first_ts_ms", "last_ts_ms", "samples")
        ),
    ) | {"description": "A group that acts together. Not settled: in the making, with what is known so far."},
    "Room": of_class(RoomVerdict, floods=many(named("FloodWindow"))),
    "Session": record(
        {**of_class(RoomVerdict, floods=many(named("FloodWindow")))["properties"], "open": {"type": "boolean"}}
    ),
    "Closed": record(
        {"room": named("Room"), "campaigns": many({"type": "object"}), "revisions": many(named("Revision"))}
    ),
    "Model": record({"model_id": text(), "profile": text()}),
    "ModelDetails": record(
        {
            "model_id": text(), "profile": text(), "version": text(), "features": text(),
            "shadow_model_id": text(), "lateness_s": {"type": "number"}, "max_state_bytes": {"type": "integer"},
            "thresholds": many({"type": "object"}),
        }
    ),
    "ScoreReply": record(
        {
            "results": many(named("Verdict")), "revisions": many(named("Revision")),
            "rejected": many(named("Rejected")), "unclear": many(named("Unclear")), "alerts": many(named("Alert")), "closed": many(named("Closed")),
            "model": named("Model"),
            "watermark": {"type": ["string", "null"], "description": "Comments before this time (UTC) are late"},
        }
    ),
    "ShumeiReply": {"type": "object", "properties": _SHUMEI_ITEM, "required": ["code", "message", "requestId"]},
    "Comment": record(
        {
            **of_class(Verdict, reasons=_REASONS)["properties"], "room_id": text(), "session_id": text(),
            "ts_ms": number(),
            "history": many(record({"verdict": text(choices=VERDICTS), "reasons": _REASONS})),
        }
    ),
    "Campaigns": record({"campaigns": many(named("Campaign"))}),
    "Prompts": record({"prompts": {"type": "integer", "description": "How many hold now"}}),
    "FeedbackReply": record(
        {"duplicate": {"type": "boolean"}, "known": {"type": "boolean"}, "text_kept": {"type": "boolean"}}
    ),
    "Health": record({"status": text()}),
    "Problem": record(
        {
            "type": text(), "title": text(), "title_zh": text(), "status": {"type": "integer"},
            "code": text(choices=tuple(PROBLEMS)), "request_id": text(),
            "errors": many(record({"pointer": text(), "code": text()})), "retry_after_s": {"type": "integer"},
        },
        optional=("errors", "retry_after_s"),
    ) | {"description": "RFC 9457. Nothing the caller sent is said back."},
}  # fmt: skip

"""What can go wrong with a request, as problem+json (RFC 9457); nothing a caller wrote is ever said back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a body: a JSON pointer and a code."""

    pointer: str
    code: str


# Code -> HTTP status, what it means and what to do, in English and Chinese.
PROBLEMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "malformed_json": (400, "the body is not JSON: check it with a JSON parser", "请求体不是合法的 JSON"),
    "key_missing": (
        401, "send an API key: Authorization: Bearer KEY, or X-API-Key: KEY",
        "请携带 API 密钥：Authorization: Bearer KEY 或 X-API-Key: KEY",
    ),
    "key_unknown": (401, "the API key is not known: it may have been revoked", "API 密钥无效，可能已被吊销"),
    "scope_missing": (403, "the API key has not the scope this asks for", "API 密钥没有此操作的权限"),
    "origin_refused": (
        403, "pages of other sites may not call this service", "不接受其他网站页面发起的请求",
    ),
    "host_refused": (
        403, "without keys the service answers to localhost, 127.0.0.1 and [::1] only",
        "未设置密钥时，只接受 localhost、127.0.0.1、[::1]",
    ),
    "no_such_route": (404, "there is nothing here: see /openapi.json", "没有此接口，请见 /openapi.json"),
    "unknown_session": (
        404, "no such session is remembered: it has not begun, or ended too long ago",
        "没有此场次的记录：尚未开始，或结束太久",
    ),
    "unknown_campaign": (404, "no such campaign is remembered", "没有此团伙的记录"),
    "unknown_comment": (
        404, "no such comment is remembered: its session has ended or moved on",
        "没有此评论的记录：场次已结束，或评论已被更新的替换",
    ),
    "method_not_allowed": (405, "this method does not exist here: see /openapi.json", "此接口不支持该方法"),
    "body_too_slow": (408, "the body took too long to arrive", "请求体传输超时"),
    "ambiguous_session": (
        409, "several rooms have a session of this name: tell which with ?room=",
        "多个房间有同名场次：请用 ?room= 指定",
    ),
    "ambiguous_comment": (
        409, "several sessions have a comment of this id: tell which with ?session= and ?room=",
        "多个场次有同一评论 ID：请用 ?session= 和 ?room= 指定",
    ),
    "feedback_differs": (
        409, "this was said before in other words: send another Idempotency-Key to correct it",
        "同一反馈已存在且内容不同：如需更正，请换一个 Idempotency-Key",
    ),
    "too_large": (413, "the body is larger than 1 MiB: send fewer events", "请求体超过 1 MiB，请减少事件数"),
    "too_many_events": (413, "more than 1,000 events: send fewer", "超过 1000 条事件，请减少"),
    "unsupported_media": (
        415, "send JSON: Content-Type: application/json, not compressed",
        "请发送未压缩的 JSON：Content-Type: application/json",
    ),
    "invalid": (422, "the request is not what /openapi.json asks for", "请求不符合 /openapi.json 的约定"),
    "too_many_fields": (
        422, "the events have more than 200 different field names together", "所有事件的字段名合计超过 200 个",
    ),
    "rate_limited": (429, "too many requests with this key: slow down", "此密钥请求过于频繁，请稍后再试"),
    "unexpected": (
        500, "an unexpected error: report it with the request id", "内部错误，请附上 request_id 反馈",
    ),
    "queue_full": (503, "more is asked than can be scored: try again later", "评分队列已满，请稍后重试"),
    "too_many_requests": (503, "too many requests at once: try again later", "并发请求过多，请稍后重试"),
    "ending": (503, "the service is ending: try another one", "服务正在停止，请改用其他实例"),
    "not_kept": (503, "the feedback could not be written: try again", "反馈未能写入，请稍后重试"),
}  # fmt: skip


class Problem(Exception):  # noqa: N818 - what RFC 9457 calls it
    """A request that cannot be answered; ``code`` is one of ``PROBLEMS``."""

    def __init__(self, code: str, *, faults: Sequence[Fault] = (), retry_after_s: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.en, self.zh = PROBLEMS[code]
        self.faults = tuple(faults)
        self.retry_after_s = retry_after_s

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with the status."""
        headers = {}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return headers


def problem_json(problem: Problem, request_id: str) -> dict[str, Any]:
    """The body of a problem."""
    body: dict[str, Any] = {
        "type": f"urn:zhenping:problem:{problem.code}",
        "title": problem.en,
        "title_zh": problem.zh,
        "status": problem.status,
        "code": problem.code,
        "request_id": request_id,
    }
    if problem.faults:
        body["errors"] = [{"pointer": fault.pointer, "code": fault.code} for fault in problem.faults]
    if problem.retry_after_s is not None:
        body["retry_after_s"] = problem.retry_after_s
    return body

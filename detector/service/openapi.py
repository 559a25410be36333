"""The description of the routes (OpenAPI 3.1), made from the routes themselves."""

from __future__ import annotations

import re
from typing import Any, Final

from detector import __version__
from detector.service.problems import MEDIA_TYPE, PROBLEMS
from detector.service.routes import ROUTES, Route
from detector.service.schema import MAX_ID, SCHEMAS, named

ABOUT: Final = (
    "Tells genuine livestream comments and product reviews from machine floods, lures and fake reviews. It advises "
    "and explains; a person decides. 只给建议和依据，由人决定。"
)
ALWAYS: Final = ("host_refused", "origin_refused", "too_many_requests", "unexpected")
KEYED: Final = ("key_missing", "key_unknown", "scope_missing", "rate_limited")
ASKING: Final = ("queue_full", "ending", "invalid")
BODIES: Final = ("malformed_json", "body_too_slow", "too_large", "unsupported_media", "invalid")


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "zhenping 真评",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(SCHEMAS),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def problems_of(route: Route) -> list[str]:
    """The codes of all problems that a route may answer with."""
    codes = [*ALWAYS, *route.problems]
    if route.scope is not None:
        codes += KEYED
    if route.path.startswith("/v1/"):
        codes += ASKING
    if route.request:
        codes += BODIES
    return [code for code in PROBLEMS if code in codes]


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": route.action.__doc__ or "",
        "parameters": _parameters(route),
        "responses": _responses(route),
        "security": [{"bearer": []}, {"header": []}] if route.scope else [],
    }
    if route.request:
        schema: dict[str, Any] = named(route.request)
        if route.name == "score":
            schema = {"anyOf": [schema, named("ShumeiRequest")]}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name, "in": "path", "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_ID},
            "description": "Percent-encoded, slashes too",
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]  # fmt: skip
    for name, choices, meaning in route.query:
        schema: dict[str, Any] = {"type": "string"}
        schema |= {"enum": list(choices), "default": choices[0]} if choices else {"maxLength": MAX_ID}
        found.append({"name": name, "in": "query", "schema": schema, "description": meaning})
    for name, meaning in route.headers:
        found.append({"name": name, "in": "header", "schema": {"type": "string"}, "description": meaning})
    return found


def _responses(route: Route) -> dict[str, Any]:
    found: dict[int, Any] = {}
    for status, name in route.replies.items():
        if not name:
            content: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
        elif name == "object":
            content = {"application/json": {"schema": {"type": "object"}}}
        elif route.name == "score":
            content = {"application/json": {"schema": {"anyOf": [named(name), named("ShumeiReply")]}}}
        else:
            content = {"application/json": {"schema": named(name)}}
        found[status] = {"description": "Done", "content": content}
    by_status: dict[int, list[str]] = {}
    for code in problems_of(route):
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    for status, codes in by_status.items():
        content = {MEDIA_TYPE: {"schema": named("Problem")}}
        if route.name == "score":
            content["application/json"] = {"schema": named("ShumeiReply")}
        found[status] = {"description": ", ".join(codes), "content": content}
        if status in (429, 503):
            found[status]["headers"] = {
                "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}
            }
    return {str(status): found[status] for status in sorted(found)}

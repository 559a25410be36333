"""A dialect: how one program or platform writes its events into JSON, lines of text, XML or a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from detector.readers.report import ReadReport

# A field of ours (or any other name, kept as a column of its own) -> its value as the file gives it.
Record = Mapping[str, object]

_KEY: Final = re.compile(r'"([A-Za-z_@][\w@.-]*)"\s*:')


# Whose formats: code -> (en, zh), in the order in which they are listed.
PLATFORMS: Final[Mapping[str, tuple[str, str]]] = {
    "bilibili": ("Bilibili", "B站"), "douyin": ("Douyin", "抖音"), "douyu": ("Douyu", "斗鱼"),
    "kuaishou": ("Kuaishou", "快手"), "taobao": ("Taobao Live", "淘宝直播"),
    "wechat": ("WeChat Channels", "微信视频号"), "huya": ("Huya", "虎牙"), "youtube": ("YouTube", "YouTube"),
    "twitch": ("Twitch", "Twitch"), "several": ("Several live platforms", "多平台直播"),
    "jd": ("JD", "京东"), "tmall": ("Taobao and Tmall", "淘宝、天猫"), "dianping": ("Dianping", "大众点评"),
    "eleme": ("Ele.me", "饿了么"), "amazon": ("Amazon", "亚马逊"), "yelp": ("Yelp", "Yelp"),
    "zhenping": ("zhenping itself", "真评自己"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tells:
    """What files of a format tell, each as words between spaces, the usual ones first.

    ``kinds`` are words of ``KINDS``. ``ids`` (of ``ID_QUALITIES``) and ``times`` (of ``TS_SOURCES``) are those of
    comments and reviews, or of the events of a format without any. ``fields`` are those of ours that say how
    established a person is, or what was bought. ``example`` is a file that could not be much shorter.
    """

    kinds: str
    ids: str
    times: str
    fields: str = ""
    example: str


@dataclass(frozen=True)
class Glimpse:
    """What a dialect is told by: the file's name, its first text, the lines and JSON objects in it.

    ``keys`` are all JSON keys of the first text, also where its one document is too long to be parsed.
    """

    name: str
    text: str
    lines: Sequence[str]
    documents: Sequence[Mapping[str, Any]]

    @cached_property
    def keys(self) -> frozenset[str]:
        """All JSON keys, at any depth."""
        return frozenset(_KEY.findall(self.text))


@dataclass(slots=True)
class Recording:
    """What a dialect remembers while it reads one file: the room, when it began, what later rows refer to.

    ``name`` is the file's name: some formats are dated by it alone. ``told`` is the dialect's own. ``head`` is
    the file's first text, for what must be decided about all of it.
    """

    name: str
    report: ReadReport
    told: dict[str, Any] = field(default_factory=dict)
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One format as one program writes it; ``name`` is what the report says and what ``--as`` takes.

    ``platform`` is a key of ``PLATFORMS``, ``en`` and ``zh`` say what file it is.
    ``claims`` tells whether a file is of this dialect. ``events`` turns one JSON object, line or XML element
    (tag, attributes, text) into the records of its events; an empty list says that it is not about an event,
    None that it cannot be read: both are counted.
    """

    name: str
    en: str
    zh: str
    platform: str
    tells: Tells
    claims: Callable[[Glimpse], bool]
    events: Callable[[Any, Recording], Sequence[Record] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonDialect(Dialect):
    """A dialect in JSON, in lines, in an array, one after another or in JSONP.

    Where a platform's answer holds the items in an array, ``items`` finds them in a parsed answer, and
    ``array_key`` is the key of that array: a cut or huge answer is read from there, object by object.
    """

    items: Callable[[Mapping[str, Any], Recording], Iterable[Any]] | None = None
    array_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShape:
    """A table of one program whose headers mislead: ``reshape`` gives its columns the names of our fields.

    ``claims`` is asked with the headers; ``reshape`` gets header -> cells and may add, rename or drop columns.
    """

    name: str
    en: str
    zh: str
    platform: str
    tells: Tells
    claims: Callable[[Sequence[str]], bool]
    reshape: Callable[[dict[str, list[Any]], Recording], dict[str, list[Any]]]

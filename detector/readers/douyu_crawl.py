"""Douyu: the dated text files of one crawler, in the three layouts it has had, with its gifts and rooms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detector.readers.dialect import Dialect, Glimpse, Record, Recording, Tells

# Share of the first lines that must be like those of a format.
LIKE_IT: Final = 0.8
# Few gifts are given often: a second column with many different words is no column of gifts.
GIFTS_SHARE: Final = 0.3


_DATED: Final = re.compile(
    r"^(?P<room>\d{1,12})_(?P<day>\d{1,2})_(?P<month>\d{1,2})_(?P<year>\d{4})(?P<what>.*)$"
)
_LEVEL: Final = re.compile(r"\d{1,3}\Z", re.ASCII)
_USER_ID: Final = re.compile(r"\d{1,12}\Z", re.ASCII)
_HEAT: Final = re.compile(r"^\s*(\d{1,12})(->|\|)(\d{1,12})(?:\2)?\s*$", re.ASCII)
# What the crawler writes for a user without a badge; the second is a piece of the protocol that it let through.
_NO_BADGE: Final = frozenset({"NONE", "/bl@=0"})
_LEAKED: Final = "/bl@=0"


@dataclass(frozen=True, slots=True)
class _Layout:
    """uid, nick, level, text, badge, badge level, and ``behind`` more cells, between separators."""

    separator: str
    behind: int

    @property
    def cells(self) -> int:
        return 6 + self.behind


def _crawled(layout: _Layout) -> Callable[[Any, Recording], Sequence[Record] | None]:
    """The reader of a crawler's lines in one layout."""

    def events(line: Any, recording: Recording) -> Sequence[Record] | None:
        cells = line.split(layout.separator) if isinstance(line, str) else []
        *heads, last = _people(cells, layout)
        if last is None:
            return None
        room = _room_of(recording.name)
        # A head without a text ran into the line of the next: nobody knows what it said.
        return [{"kind": "comment", **room, **_person(head)} for head in heads if head] + [
            {"kind": "comment", **room, **_comment(last, layout)}
        ]

    return events


def _people(cells: list[str], layout: _Layout) -> list[list[str] | None]:
    """The heads (uid, nick, level) that ran into this line, then the cells of the whole comment or None."""
    heads: list[list[str] | None] = []
    while len(cells) >= layout.cells + 3 and _is_head(cells) and _is_head(cells[3:]):
        heads.append(cells[:3])
        cells = cells[3:]
    # A nick may hold the separator too: then the level stands further on.
    beyond = len(cells) - layout.cells
    level_at = next((n for n in range(2, 3 + beyond) if _LEVEL.match(cells[n])), 0)
    if (
        beyond < 0
        or not level_at
        or not _USER_ID.match(cells[0])
        or not _LEVEL.match(cells[-1 - layout.behind])
    ):
        return [*heads, None]
    if level_at == 3 and len(cells[1]) > 3 and _USER_ID.match(cells[1]):
        # Of the one who ran into this line not even the nick is left.
        return [*heads, cells[:1], cells[1:]]
    nick = layout.separator.join(cells[1:level_at])
    return [*heads, [cells[0], nick, *cells[level_at:]]]


def _is_head(cells: Sequence[str]) -> bool:
    return len(cells) > 2 and bool(_USER_ID.match(cells[0]) and _LEVEL.match(cells[2]))


def _person(cells: Sequence[str]) -> dict[str, object]:
    known = dict(zip(("user_id", "user_name", "user_level"), cells, strict=False))
    return {name: cell for name, cell in known.items() if cell != _LEAKED}


def _comment(cells: Sequence[str], layout: _Layout) -> dict[str, object]:
    behind = len(cells) - layout.behind
    badge = "" if cells[behind - 2] in _NO_BADGE else cells[behind - 2]
    return {
        **_person(cells),
        "text": layout.separator.join(cells[3 : behind - 2]),
        "fan_badge_name": badge,
        "fan_badge_level": int(cells[behind - 1]) if badge else None,
        **{f"column_{7 + n}": cell for n, cell in enumerate(cells[behind:])},
    }


def _room_of(name: str) -> dict[str, str]:
    """The room and the day that a file's name tells, as ``687423_16_01_2018.txt`` does."""
    found = _DATED.match(name)
    if found is None:
        return {}
    day = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return {"room_id": found["room"], "session_id": day}


def _claims_crawled(layout: _Layout) -> Callable[[Glimpse], bool]:
    def claims(glimpse: Glimpse) -> bool:
        lines = [line.rstrip("\r\n").split(layout.separator) for line in glimpse.lines]
        # A first cell that is no number belongs to the header of a table.
        if len(lines) < 2 or not _USER_ID.match(lines[0][0]):
            return False
        return sum(_fits(cells, layout) for cells in lines) >= LIKE_IT * len(lines)

    return claims


def _fits(cells: list[str], layout: _Layout) -> bool:
    # Heads that ran in come by three cells; a separator in a text would make one layout look like the other.
    told = layout.behind == 0 or len(cells) % 3 == layout.cells % 3
    return told and _people(cells, layout)[-1] is not None


def _given(line: Any, recording: Recording) -> Sequence[Record] | None:
    """A line of the crawler's gift file: who gave, and what."""
    if not isinstance(line, str):
        return None
    name, separator, gift = line.rpartition("->" if "->" in line else "|")
    if not separator or not gift.strip():
        return None
    return [{"kind": "gift", **_room_of(recording.name), "user_name": name, "gift_name": gift.strip()}]


def _claims_gifts(glimpse: Glimpse) -> bool:
    # Two columns alone could be anything: the name of the file must say it too.
    dated = _DATED.match(glimpse.name)
    if dated is None or "gift" not in dated["what"].casefold() or len(glimpse.lines) < 2:
        return False
    pairs = [line.rpartition("->" if "->" in line else "|") for line in glimpse.lines]
    gifts = {gift for _, separator, gift in pairs if separator and not _HEAT.match(f"0|{gift}")}
    told = sum(bool(separator and gift.strip()) for _, separator, gift in pairs)
    return told >= LIKE_IT * len(pairs) and 0 < len(gifts) <= max(8, GIFTS_SHARE * len(pairs))


def _counted(line: Any, recording: Recording) -> Sequence[Record] | None:
    """A line of the crawler's room file: how hot the room is, and how many follow it."""
    found = _HEAT.match(line) if isinstance(line, str) else None
    if found is None:
        return None
    return [{"kind": "stats", **_room_of(recording.name), "heat": found[1], "follower_count": found[3]}]


def _claims_counts(glimpse: Glimpse) -> bool:
    dated = _DATED.match(glimpse.name)
    if dated is None or "room" not in dated["what"].casefold() or not glimpse.lines:
        return False
    return sum(_HEAT.match(line) is not None for line in glimpse.lines) >= LIKE_IT * len(glimpse.lines)


# What stands behind the badge's level: nothing, one number, two.
_LAYOUTS: Final = (
    (
        "douyu-txt-arrow",
        _Layout("->", 0),
        "uid->nick->level->text->badge->badge level",
        "10086->小满->12->好看->粉丝->7",
    ),
    (
        "douyu-txt-8",
        _Layout("|", 2),
        "uid|nick|level|text|badge|badge level|…|…",
        "10086|小满|12|好看|粉丝|7|0|1",
    ),
    ("douyu-txt-7", _Layout("|", 1), "uid|nick|level|text|badge|badge level|…", "10086|小满|12|好看|粉丝|7|0"),
)
LINE_DIALECTS: Final = (
    *(
        Dialect(
            name=name,
            en=f"Douyu: text files of the KaygoYM crawler, room_day_month_year.txt ({shape})",
            zh=f"斗鱼：KaygoYM 爬虫的文本，文件名为 房间_日_月_年.txt（{shape}）",
            platform="douyu",
            tells=Tells(
                kinds="comment",
                ids="real",
                times="order_only",
                fields="user_level fan_badge_level",
                example=example,
            ),
            claims=_claims_crawled(layout),
            events=_crawled(layout),
        )
        for name, layout, shape, example in _LAYOUTS
    ),
    Dialect(
        name="douyu-txt-room",
        en="Douyu: the same crawler's figures of a room, …room.txt (heat|followers)",
        zh="斗鱼：同一爬虫的房间热度与关注数，…room.txt（热度|关注数）",
        platform="douyu",
        tells=Tells(kinds="stats", ids="none", times="order_only", example="120345|88012"),
        claims=_claims_counts,
        events=_counted,
    ),
    Dialect(
        name="douyu-txt-gifts",
        en="Douyu: the same crawler's gifts, …gift.txt (nick->gift)",
        zh="斗鱼：同一爬虫的礼物记录，…gift.txt（昵称->礼物）",
        platform="douyu",
        tells=Tells(kinds="gift", ids="name_only", times="order_only", example="小满->鱼丸"),
        claims=_claims_gifts,
        events=_given,
    ),
)

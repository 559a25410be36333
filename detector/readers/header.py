"""Which column is which field, and which line is the header."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import numpy as np

from detector.errors import InputError, UsageError
from detector.readers.aliases import (
    ALIASES,
    FIELD_SPELLINGS,
    FIELDS,
    HEADER_UNIT_MS,
    MASKED_NAME_HEADERS,
    header_key,
)
from detector.readers.pasting import pasted
from detector.readers.remarks import shown
from detector.readers.times import times

# A title or a remark may stand above the header; further down it would be data.
HEADER_WITHIN_ROWS: Final = 10
# Headers of no more characters are remembered with their meaning.
SHORT_HEADERS: Final = 2_000

# Two of these and no text: a table of profiles.
PROFILE_HEADERS: Final = frozenset(
    {
        header_key(name)
        for name in (
            "粉丝数", "关注数", "获赞数", "总获赞", "作品数", "个性签名", "followers", "following",
            "follower_count", "following_count", "followers_count", "friends_count",
        )
    }
)  # fmt: skip
_MEANINGS: Final[Mapping[str, tuple[str, int]]] = {
    header_key(alias): (name, rank) for name, aliases in ALIASES.items()
    for rank, alias in reversed(tuple(enumerate(aliases)))
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """The column names, the place of the header among the rows looked at (-1: none), header -> field."""

    names: tuple[str, ...]
    at: int
    mapping: Mapping[str, str]


def meaning(header: str) -> tuple[str, int] | None:
    """The field a header means and its rank (the smaller, the surer); None if it means none of ours."""
    if header in FIELDS or header in FIELD_SPELLINGS:
        return FIELD_SPELLINGS.get(header, header), int(header in FIELD_SPELLINGS)
    found = _MEANINGS.get(header_key(header))
    return None if found is None else (found[0], found[1] + 2)


def fields_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """Field -> its headers, the best first. What the caller maps stands alone and takes nothing else."""
    if sum(map(len, headers)) > SHORT_HEADERS:
        return _fields_of(headers, mapping)
    found = _known_fields(tuple(headers), tuple(mapping.items()))
    return {name: list(ranked) for name, ranked in found.items()}


@functools.lru_cache(maxsize=1024)
def _known_fields(headers: tuple[str, ...], mapping: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Events come one by one under the same few names: what these mean is found out once."""
    return _fields_of(headers, dict(mapping))


def _fields_of(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for header in headers:
        if header in mapping:
            told.setdefault(FIELD_SPELLINGS.get(mapping[header], mapping[header]), []).append(header)
    found: dict[str, list[tuple[int, int, str]]] = {}
    for place, header in enumerate(headers):
        known = None if header in mapping else meaning(header)
        if known is not None and known[0] not in told:
            found.setdefault(known[0], []).append((known[1], place, header))
    return told | {name: [header for _, _, header in sorted(ranked)] for name, ranked in found.items()}


def unit_ms(header: str, mapping: Mapping[str, str]) -> float:
    """Milliseconds per unit if the header, or what it is mapped to, names its unit; else 0."""
    if mapping.get(header) in FIELD_SPELLINGS:
        return 1.0
    return HEADER_UNIT_MS.get(header_key(header), 0.0)


def names_are_masks(header: str) -> bool:
    """Whether the header says that every name in the column is masked."""
    return header_key(header) in MASKED_NAME_HEADERS


def checked_mapping(mapping: Mapping[str, str] | None) -> dict[str, str]:
    """Header -> field; ``UsageError`` names the choices for an unknown field."""
    checked = {}
    for header, name in (mapping or {}).items():
        if name not in FIELDS and name not in FIELD_SPELLINGS:
            choices = ", ".join(FIELDS)
            raise UsageError(
                f"--map {shown(header)}={shown(name)}: unknown field {shown(name)!r}; use one of {choices}",
                zh=f"--map {shown(header)}={shown(name)}：未知字段 {shown(name)!r}；可用 {choices}",
            )
        checked[str(header)] = name
    return checked


def located_mapping(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping with column numbers (from 1) replaced by names; ``UsageError`` if a header is not there."""
    located = {}
    for header, field in mapping.items():
        name = header
        if header not in headers and header.isdecimal() and 1 <= int(header) <= len(headers):
            name = headers[int(header) - 1]
        if name not in headers:
            raise missing_header(header, headers)
        located[name] = field
    return located


def header_among(
    rows: Sequence[Sequence[str]],
    mapping: Mapping[str, str],
    *,
    path: str,
    knows: Callable[[Sequence[str]], bool] = lambda headers: False,
) -> Header:
    """Find the header among the first rows of a file.

    ``InputError`` if no line looks like one and the mapping does not tell the columns by number, or if no
    column holds the text and it is no table that ``knows`` recognises by its headers.
    """
    rows = rows[:HEADER_WITHIN_ROWS]
    numbered = bool(mapping) and all(key.isdecimal() for key in mapping)
    at = _header_place(rows, {} if numbered else mapping)
    if at >= 0:
        names = unique_names(rows[at])
        located = located_mapping(names, mapping)
        if "text" not in fields_of(names, located) and (mapping or not knows(names)):
            raise no_text_column(names, path=path)
        return Header(names, at, located)
    if not numbered:
        # A mapping by name with no such name in sight is a slip of the caller, not of the file.
        missing = [key for key in mapping if not key.isdecimal()]
        if missing:
            raise missing_header(missing[0], rows[0])
        raise _no_header(rows, path=path)
    widest = max(map(len, rows))
    by_number = {int(key): field for key, field in mapping.items()}
    beyond = [number for number in by_number if not 1 <= number <= widest]
    if beyond:
        raise missing_header(str(beyond[0]), [str(number) for number in range(1, widest + 1)])
    # A single wider row holds separators in its text: it makes no column for all.
    width = max(_usual_width(rows), *by_number)
    names = unique_names([by_number.get(number, f"column_{number}") for number in range(1, width + 1)])
    located = {names[number - 1]: field for number, field in by_number.items()}
    if "text" not in located.values():
        raise no_text_column(names, path=path)
    return Header(names, -1, located)


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names with a number behind each that has occurred before; a second empty one gets its place."""
    taken: set[str] = set()
    unique = []
    for place, own in enumerate(names, start=1):
        name = own if own or "" not in taken else f"column_{place}"
        free, number = name, 2
        while free in taken:
            free, number = f"{name}_{number}", number + 1
        taken.add(free)
        unique.append(free)
    return tuple(unique)


def _header_place(rows: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> int:
    for place, row in enumerate(rows):
        if any(cell in mapping for cell in row):
            return place
    for place, row in enumerate(rows):
        known = {found[0] for cell in row if (found := meaning(cell)) is not None}
        if known and (place == 0 or ("text" in known and len(known) > 1)):
            return place
    return -1


def missing_header(header: str, headers: Sequence[str]) -> UsageError:
    """The error for a mapped header that the file does not have."""
    found = _listed(headers)
    return UsageError(
        f"--map {shown(header)}=…: there is no column {shown(header)!r}. Columns: {found}",
        zh=f"--map {shown(header)}=…：没有列 {shown(header)!r}。现有列：{found}",
    )


def no_text_column(headers: Sequence[str], *, path: str = "") -> InputError:
    """The error for a table in which no column is known to hold the text."""
    found, where = _listed(headers), f"{path}: " if path else ""
    if len({header_key(name) for name in headers} & PROFILE_HEADERS) > 1:
        return InputError(
            f"{where}a list of accounts (followers, fans), not of comments: its columns describe people, "
            f"and none holds what they said. Columns: {found}. Give the comments or reviews themselves "
            "(a column that does hold comments is named with --map)",
            zh=f"{where}这是账号（粉丝）名单，不是评论表：各列描述的是账号，没有发言内容。"
            f"现有列：{found}。请提供评论或评价本身（如果其中确有评论列，请用 --map 指定）",
        )
    example = shown(next((name for name in headers if name and meaning(name) is None), "表头"))
    option = pasted(["--map", f"{example}=text"])
    return InputError(
        f"{where}no column holds the text. Columns: {found}. Name it: {option}",
        zh=f"{where}找不到文本列。现有列：{found}。请指定：{option}",
    )


def _no_header(rows: Sequence[Sequence[str]], *, path: str) -> InputError:
    first = rows[0]
    cells = ", ".join(f"{n} = {shown(cell) or chr(34) * 2}" for n, cell in enumerate(first[:30], start=1))
    told = [word for number, name in _likely_columns(rows) for word in ("--map", f"{number}={name}")]
    command = pasted(["zhenping", "inspect", path, *told])
    name = shown(next((cell for cell in first if cell.strip()), "表头"))
    return InputError(
        f"{path}: the first line is not a header I know: {cells}.\n"
        f"If the file has no header, say by number which column is which and check the result:\n  {command}\n"
        f"(fields: {', '.join(FIELDS[:8])} …)\n"
        f"If these are headers, name the text column: {pasted(['--map', f'{name}=text'])}",
        zh=f"{path}：第一行不是可识别的表头：{cells}。\n"
        f"如果文件没有表头，请按列号说明各列的含义并检查结果：\n  {command}\n"
        f"（可用字段：{'、'.join(FIELDS[:8])}……）\n"
        f"如果这就是表头，请指定文本列：{pasted(['--map', f'{name}=text'])}",
    )


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(map(len, rows))
    return max(counts, key=lambda width: (counts[width], width))


def _likely_columns(rows: Sequence[Sequence[str]]) -> list[tuple[int, str]]:
    """A guess to be confirmed: times tell themselves; of the others the longest is the text, the first the person."""
    columns = [
        [row[place].strip("\ufeff ") for row in rows if place < len(row)] for place in range(_usual_width(rows))
    ]
    # Short numbers are no times, whatever they would be as seconds.
    clocks = [
        place for place, cells in enumerate(columns)
        if min(map(len, cells)) >= 8 and not np.isnan(times(cells, zone=UTC).ms).any()
    ]  # fmt: skip
    others = [place for place in range(len(columns)) if place not in clocks] or list(range(len(columns)))
    text = max(others, key=lambda place: (sum(map(len, columns[place])), place))
    guess = [(text + 1, "text")] + [(place + 1, "ts") for place in clocks[:1] if place != text]
    people = [place for place in others if place != text]
    if people:
        are_ids = all(cell.isdecimal() for cell in columns[people[0]])
        guess.append((people[0] + 1, "user_id" if are_ids else "user_name"))
    return sorted(guess)


def _listed(headers: Sequence[str]) -> str:
    listed = ", ".join(shown(name) or '""' for name in headers[:30])
    return f"{listed} …" if len(headers) > 30 else listed

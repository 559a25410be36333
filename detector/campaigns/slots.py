"""What the texts of a group have in common: a template, with slots where they differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

MAX_LENGTH: Final = 200
# Of a group of many wordings so many are laid side by side.
WORDINGS: Final = 6
NUMBER, HANDLE, ANY = "{N}", "{ID}", "{…}"

MIXED: Final = re.compile(r"(?=[A-Za-z\d]*[A-Za-z])(?=[A-Za-z\d]*\d)[A-Za-z\d]{5,40}")
LONG_NUMBER: Final = re.compile(r"\d[\d \-.]{3,40}\d")
# Slots, numbers and Latin words are compared whole, other letters one by one; signs are not compared.
TOKENS: Final = re.compile(r"\{(?:N|ID|…)\}|\d+|[A-Za-z]+|.", re.DOTALL)


def template(texts: Sequence[str]) -> str:
    """The commonest of ``texts`` with slots: ``{N}`` a number, ``{ID}`` a handle, ``{…}`` other parts that differ.

    Long numbers and handles are slots even where all texts agree; the rest where less than half of them do. Signs
    and what cannot be seen make no slot. The order of ``texts`` does not matter.

    >>> template(["亲测有效7天瘦5斤", "亲测有效15天瘦8斤", "亲测有效30天瘦12斤"])
    '亲测有效{N}天瘦{N}斤'
    """
    counts = Counter(map(_masked, texts))
    # Of equals the shortest: it has the fewest signs thrown in.
    ranked = sorted(counts, key=lambda text: (-counts[text], len(text), text))
    # The commonest, then wordings from all over the rest.
    rest = ranked[1:]
    others = [rest[i * len(rest) // WORDINGS] for i in range(WORDINGS)] if len(rest) > WORDINGS else rest
    base = TOKENS.findall(ranked[0])
    speaking = [at for at, token in enumerate(base) if _speaks(token)]
    if not others or not speaking:
        return ranked[0]
    words = [base[at] for at in speaking]
    weight = counts[ranked[0]] + sum(counts[text] for text in others)
    agreed = [counts[ranked[0]]] * len(words)
    # What others have in place of a word, and how often something before it where the base has nothing.
    instead = [[word] for word in words]
    inserted = [0] * (len(words) + 1)
    for text in others:
        theirs = [token for token in TOKENS.findall(text) if _speaks(token)]
        for tag, i, i_end, j, j_end in SequenceMatcher(None, words, theirs, autojunk=False).get_opcodes():
            if tag == "insert":
                inserted[i] += counts[text]
            for at in range(i, i_end):
                if tag == "equal":
                    agreed[at] += counts[text]
                else:
                    instead[at].append("".join(theirs[j:j_end]))
    slot_at = {at: _slot(instead[n]) for n, at in enumerate(speaking) if 2 * agreed[n] < weight}
    slot_before = {at for n, at in enumerate([*speaking, len(base)]) if 2 * inserted[n] > weight}
    out: list[str] = []
    for at, token in enumerate([*base, ""]):
        if at in slot_before:
            _put_slot(out, ANY)
        if at in slot_at:
            _put_slot(out, slot_at[at])
        else:
            out.append(token)
    return "".join(out)


def _masked(text: str) -> str:
    cut = text[:MAX_LENGTH]
    if not cut.isprintable():
        cut = "".join(char if char.isprintable() else " " * char.isspace() for char in cut)
    return LONG_NUMBER.sub(NUMBER, MIXED.sub(HANDLE, cut))


def _speaks(token: str) -> bool:
    return token.isalnum() or (len(token) > 1 and token[0] == "{")


def _slot(parts: Sequence[str]) -> str:
    if all(part.isdecimal() or part == NUMBER for part in parts):
        return NUMBER
    return HANDLE if all(part == HANDLE or (part.isascii() and part.isalnum()) for part in parts) else ANY


def _put_slot(out: list[str], slot: str) -> None:
    """Slots side by side are one."""
    if out and out[-1] == ANY:
        return
    if slot == ANY:
        while out and out[-1] in (NUMBER, HANDLE):
            out.pop()
    elif out and out[-1] == slot:
        return
    out.append(slot)

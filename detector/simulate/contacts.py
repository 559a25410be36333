"""Made-up contacts and the tricks that hide them. No number here can be dialled or found.

Phone-like numbers keep eleven digits but begin with 10 or 12, which no mobile network uses; QQ-like numbers
begin with 0 or lie above all that were given out; ids are too short or begin with a digit; hosts end in
``.example``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from detector.simulate.grammar import chance, pick

KINDS: Final = ("wechat_phone", "wechat_id", "qq", "group", "phone", "room", "search", "url")

_ASCII: Final = "0123456789"
DIGIT_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "full_width": tuple("０１２３４５６７８９"),
    "circled": tuple("⓪①②③④⑤⑥⑦⑧⑨"),
    "black_circled": tuple("⓿❶❷❸❹❺❻❼❽❾"),
    "sans_circled": tuple("🄋➊➋➌➍➎➏➐➑➒"),
    "dotted": ("0", "⒈", "⒉", "⒊", "⒋", "⒌", "⒍", "⒎", "⒏", "⒐"),
    "bracketed": ("0", "⑴", "⑵", "⑶", "⑷", "⑸", "⑹", "⑺", "⑻", "⑼"),
    "hanzi": tuple("零一二三四五六七八九"),
    "bank_hanzi": tuple("零壹贰叁肆伍陆柒捌玖"),
    "ring_hanzi": ("〇", "㈠", "㈡", "㈢", "㈣", "㈤", "㈥", "㈦", "㈧", "㈨"),
    "sound_alike": ("林", "衣", "而", "伞", "思", "舞", "留", "期", "巴", "酒"),
    "sound_alike_too": ("洞", "幺", "尔", "叁", "寺", "吾", "溜", "妻", "吧", "旧"),
    "pinyin": ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"),
    "letters": ("O", "l", "Z", "З", "Ч", "S", "b", "T", "B", "g"),
    "look_alike": ("О", "I", "2", "З", "Ч", "Ƽ", "б", "７", "Ց", "９"),
    "math_bold": tuple("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "math_mono": tuple("𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿"),
    "superscript": tuple("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "subscript": tuple("₀₁₂₃₄₅₆₇₈₉"),
    "keycap": tuple(f"{digit}️⃣" for digit in _ASCII),
}  # fmt: skip
LETTER_TABLES: Final[Mapping[str, tuple[str, str]]] = {
    "full_width": ("abcdefghijklmnopqrstuvwxyz", "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ"),
    "circled": ("abcdefghijklmnopqrstuvwxyz", "ⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩ"),
    "math_bold": ("abcdefghijklmnopqrstuvwxyz", "𝐚𝐛𝐜𝐝𝐞𝐟𝐠𝐡𝐢𝐣𝐤𝐥𝐦𝐧𝐨𝐩𝐪𝐫𝐬𝐭𝐮𝐯𝐰𝐱𝐲𝐳"),
    "cyrillic": ("aceopxykmthb", "асеорхукмтнв"),
    "greek": ("abeikmnoptvx", "αβεικμηορτνχ"),
    "accents": ("aeioucnswk", "áèíöűçńşẃḱ"),
    "small_caps": ("abcdefghijklmnopqrtuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀᴛᴜᴠᴡʏᴢ"),
}
SEPARATORS: Final = (*".-·*_~、。,/^|丶…='→ \u3000", "  ")
WRAPPERS: Final = tuple(
    a + b for a, b in zip("(（[【《〖「{『<☎★♥*▪〔﹝◖", ")）]】》〗」}』>☎★♥*▪〕﹞◗", strict=True)
)
INVISIBLE: Final = ("\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\u034f", "\ufeff")
JOINS: Final = (*"：:；;-+➕=—号，,~→👉.|_是 ", "❌：", "号码", "", "", "  ")
TAILS: Final = (*".+-。~12！! 、…—=,*^", "..", "...", "++", "+-", ";;")


@dataclass(frozen=True, slots=True)
class Contact:
    """What a campaign wants to be found by: its kind (one of ``KINDS``) and its plain form."""

    kind: str
    plain: str


def _digits(rng: np.random.Generator, n: int) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, n))


def _letters(rng: np.random.Generator, n: int) -> str:
    return "".join(chr(97 + int(c)) for c in rng.integers(0, 26, n))


def _phone(rng: np.random.Generator) -> str:
    return pick(rng, ("10", "12")) + str(int(rng.integers(1, 10))) + _digits(rng, 8)


def _account_id(rng: np.random.Generator) -> str:
    # A WeChat id has at least six characters and begins with a letter; these never do both.
    kind = rng.random()
    if kind < 0.4:
        return _letters(rng, int(rng.integers(2, 4))) + _digits(rng, int(rng.integers(1, 3)))
    if kind < 0.7:
        return (
            str(int(rng.integers(1, 10)))
            + _letters(rng, int(rng.integers(2, 6)))
            + _digits(rng, int(rng.integers(1, 5)))
        )
    return _digits(rng, 2) + "_" + _letters(rng, int(rng.integers(3, 8)))


_RARE_NAME: Final = ("郝钮倪臧丘郜昝逄亓佘笪蔺", "媛婷黛荔苒娅妩嫣媚蕊薇瑶", "娟月雪甜沁露禾秋冰晴鸢茉")


def draw_contact(kind: str, rng: np.random.Generator) -> Contact:
    """A new made-up contact of the given kind."""
    if kind in {"wechat_phone", "phone"}:
        return Contact(kind, _phone(rng))
    if kind == "wechat_id":
        return Contact(kind, _account_id(rng))
    if kind in {"qq", "group"}:
        return Contact(
            kind, pick(rng, ("7", "8", "9")) + _digits(rng, 9) if chance(rng, 0.5) else "0" + _digits(rng, 8)
        )
    if kind == "room":
        return Contact(kind, "0" + _digits(rng, int(rng.integers(5, 8))))
    if kind == "search":
        return Contact(kind, "".join(pick(rng, part) for part in _RARE_NAME))
    return Contact(kind, f"{_letters(rng, 3)}{_digits(rng, 2)}.example")


def respell_digits(text: str, table: str, share: float, rng: np.random.Generator) -> str:
    """``share`` of the digits of ``text`` written from one of ``DIGIT_TABLES``."""
    to = DIGIT_TABLES[table]
    return "".join(to[int(c)] if c in _ASCII and rng.random() < share else c for c in text)


def respell_letters(text: str, table: str, share: float, rng: np.random.Generator) -> str:
    """``share`` of the Latin letters of ``text`` written from one of ``LETTER_TABLES``."""
    plain, other = LETTER_TABLES[table]
    out = []
    for c in text:
        at = plain.find(c.lower()) if c.isascii() and c.isalpha() else -1
        out.append(other[at] if at >= 0 and rng.random() < share else c)
    return "".join(out)


def spread(text: str, rng: np.random.Generator) -> str:
    """The text broken up by a separator, at regular or odd places."""
    mark = pick(rng, SEPARATORS)
    if chance(rng, 0.4):
        step = int(rng.integers(2, 5))
        return mark.join(text[i : i + step] for i in range(0, len(text), step))
    share = 0.25 + 0.75 * rng.random()
    return "".join(c + (mark if rng.random() < share else "") for c in text[:-1]) + text[-1:]


def hide(text: str, rng: np.random.Generator) -> str:
    """Invisible characters between some of the visible ones."""
    mark = pick(rng, INVISIBLE)
    return "".join(c + (mark if rng.random() < 0.3 else "") for c in text)


def wrap(text: str, rng: np.random.Generator) -> str:
    """The text, or one character of it, in brackets."""
    pair = pick(rng, WRAPPERS)
    if chance(rng, 0.6) or not text:
        return pair[0] + text + pair[1]
    at = int(rng.integers(len(text)))
    return text[:at] + pair[0] + text[at] + pair[1] + text[at + 1 :]


def loud(text: str, rng: np.random.Generator) -> str:
    """The text in capitals, some or all."""
    return text.upper() if chance(rng, 0.6) else "".join(c.upper() if chance(rng, 0.5) else c for c in text)


def explained(text: str, rng: np.random.Generator) -> str:
    """One digit said by a character, with a hint how to read it."""
    places = [i for i, c in enumerate(text) if c in _ASCII]
    if not places:
        return text
    at = int(rng.choice(places))
    word = DIGIT_TABLES[pick(rng, ("sound_alike", "sound_alike_too"))][int(text[at])]
    hint = pick(rng, ("{0}是数字", "({0}={1})", "{0}读{1}", "{0}换{1}", "{0}是{1}"))
    return text.replace(text[at], word) + " " + hint.format(word, text[at])


Trick = Callable[[str, np.random.Generator], str]


def _digit_trick(table: str) -> Trick:
    # All of the digits, or a mixture with plain ones that changes from post to post.
    return lambda text, rng: respell_digits(text, table, pick_share(rng), rng)


def _letter_trick(table: str) -> Trick:
    return lambda text, rng: respell_letters(text, table, pick_share(rng), rng)


def pick_share(rng: np.random.Generator) -> float:
    """How much of a text a trick changes: all of it, or some."""
    return 1.0 if chance(rng, 0.4) else float(0.15 + 0.7 * rng.random())


TRICKS: Final[Mapping[str, Trick]] = {
    **{f"digits_{name}": _digit_trick(name) for name in DIGIT_TABLES},
    **{f"letters_{name}": _letter_trick(name) for name in LETTER_TABLES},
    "spread": spread,
    "hide": hide,
    "wrap": wrap,
    "loud": loud,
    "explained": explained,
}


def draw_tricks(rng: np.random.Generator, contact: Contact) -> tuple[str, ...]:
    """The tricks one campaign keeps to, none to four, fit for its contact."""
    digits = [f"digits_{name}" for name in DIGIT_TABLES]
    letters = [f"letters_{name}" for name in LETTER_TABLES]
    fits = {
        "search": ["wrap", "spread", "hide", "wrap"],
        "url": [*letters, "spread", "loud"],
        "wechat_id": [*letters, *digits, "spread", "wrap", "loud", "hide", "loud"],
    }.get(contact.kind, [*digits, "spread", "spread", "wrap", "hide", "explained"])
    n = int(rng.choice(5, p=(0.22, 0.33, 0.27, 0.13, 0.05)))
    return tuple(dict.fromkeys(pick(rng, fits) for _ in range(n)))


def written(contact: Contact, label: str, tricks: tuple[str, ...], rng: np.random.Generator) -> str:
    """The contact as one post shows it: label, joint and disguised value, either first."""
    value = contact.plain
    for name in tricks:
        # A campaign does not use every trick in every post.
        if chance(rng, 0.85):
            value = TRICKS[name](value, rng)
    if not label:
        return value
    if contact.kind not in {"search", "url", "room"} and chance(rng, 0.25):
        return value + pick(rng, ("", " ", "+", "：", "；", "，", ".", "➕", "-")) + label
    return label + pick(rng, JOINS) + value

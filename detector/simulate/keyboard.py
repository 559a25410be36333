"""How people type: habits, slips, repeats, and the small changes that get past a repeat filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from detector.simulate.grammar import chance, pick

PARTICLES: Final = tuple("啊呀呢哦吧哈嘛噢鸭捏喔滴")
ENDINGS: Final = (*"。！～!~，.、…? ", "...", "。。。", "！！", "??", "？？")
FACES: Final = (
    *"😂😭👍🌹😍🐶🙏💪😄🤣😅🔥👏",
    "❤️",
    "[捂脸]",
    "[爱心]",
    "[玫瑰]",
    "[赞]",
    "[呲牙]",
    "[笑哭]",
    "[流泪]",
    "[鼓掌]",
)
# What a repeat filter lets through: honest people add these too.
SUFFIXES: Final = (*"1.。2！+、3~a-,=/…4?b", "..", "。。", "11", " 1")
HOMOPHONES: Final = {
    "的": "得地", "在": "再", "再": "在", "吗": "嘛马", "是": "事", "这": "着", "有": "又", "买": "卖",
    "做": "作", "他": "她它", "那": "哪", "哪": "那", "主播": "煮啵", "好": "号", "没": "每", "怎么": "肿么",
    "什么": "神马", "真": "针", "看": "康", "喜": "稀", "我": "窝", "你": "泥", "了": "咯", "啊": "阿",
    "不": "布",
}  # fmt: skip
TRADITIONAL: Final = str.maketrans(
    "这个来买东西发货颜色质量时没吗请问说话谢欢见会过还给对点开头问钱长后听觉样宝贝单丽门车红们万两无声乐现实图",
    "這個來買東西發貨顏色質量時沒嗎請問說話謝歡見會過還給對點開頭問錢長後聽覺樣寶貝單麗門車紅們萬兩無聲樂現實圖",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How one person types: shares of posts with a particle, an ending, a face, a slip, and so on."""

    particle: float
    ending: float
    face: float
    slip: float
    repeat: float
    favourite_face: str
    spaces: bool
    traditional: bool
    half_width: bool


def draw_habits(rng: np.random.Generator) -> Habits:
    """The habits of a new person; most people have few."""
    return Habits(
        particle=float(rng.beta(1, 9)),
        ending=float(rng.beta(1, 5)),
        face=float(rng.beta(0.6, 9)),
        slip=float(rng.beta(0.8, 30)),
        repeat=float(rng.beta(0.8, 30)),
        favourite_face=pick(rng, FACES),
        spaces=chance(rng, 0.15),
        traditional=chance(rng, 0.02),
        half_width=chance(rng, 0.12),
    )


def slip(text: str, rng: np.random.Generator) -> str:
    """One slip: a sound-alike, a lost, doubled or swapped character."""
    if len(text) < 3:
        return text
    at = int(rng.integers(len(text) - 1))
    kind = rng.random()
    if kind < 0.55:
        known = [key for key in HOMOPHONES if key in text]
        if not known:
            return text
        key = pick(rng, known)
        other = HOMOPHONES[key]
        return text.replace(key, other if len(key) > 1 else pick(rng, other), 1)
    if kind < 0.7:
        return text[:at] + text[at + 1 :]
    if kind < 0.85:
        return text[: at + 1] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def stretch(text: str, rng: np.random.Generator) -> str:
    """The text said with emphasis: doubled, or its last character held down."""
    if len(text) <= 4 and chance(rng, 0.5):
        return text * int(rng.integers(2, 6))
    return text + text[-1] * int(rng.integers(1, 8))


def vary_suffix(text: str, rng: np.random.Generator) -> str:
    """The same text once more, changed just enough to be posted again."""
    kind = rng.random()
    if kind < 0.75:
        return text + pick(rng, SUFFIXES)
    if kind < 0.85:
        return text + str(int(rng.integers(1000)))
    if kind < 0.93:
        return text + pick(rng, FACES)
    return text + " " + text if len(text) < 6 else " " + text


def typed(text: str, habits: Habits, rng: np.random.Generator) -> str:
    """``text`` as this person types it."""
    if not text:
        return text
    if rng.random() < habits.slip:
        text = slip(text, rng)
    if rng.random() < habits.repeat:
        text = stretch(text, rng)
    if rng.random() < habits.particle and len(text) > 2 and text[-1] not in "？?！!。.~～":
        text += pick(rng, PARTICLES)
    if rng.random() < habits.ending:
        text += pick(rng, ENDINGS)
    if rng.random() < habits.face:
        text += (habits.favourite_face if chance(rng, 0.7) else pick(rng, FACES)) * int(rng.integers(1, 4))
    if habits.spaces:
        text = text.replace("，", " ")
    if habits.half_width:
        text = text.translate(str.maketrans("，！？。", ",!?."))
    if habits.traditional:
        text = text.translate(TRADITIONAL)
    return text

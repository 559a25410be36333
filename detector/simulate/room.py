"""The genuine side of a live room: who says what, when, and what the host sets off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from detector.comment import Comment
from detector.errors import UsageError
from detector.simulate.crowd import ID_FORMS, LEVEL_SCALES, Account, draw_account, draw_activity, draw_id
from detector.simulate.grammar import Phrasebook, between, chance, phrasebook, pick
from detector.simulate.keyboard import FACES, SUFFIXES, slip, stretch, typed, vary_suffix

SHOPS: Final = (
    "clothes",
    "snacks",
    "cosmetics",
    "phones",
    "home",
    "baby",
    "fruit",
    "jewellery",
    "pets",
    "books",
)
TOPICS: Final = (*SHOPS, "game", "talk")
# 2025-06-18 20:00 in Shanghai.
DEFAULT_START_MS: Final = 1_750_248_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is fixed for one room and session; times in UTC milliseconds."""

    book: Phrasebook
    topic: str
    host: str
    presets: tuple[str, ...]
    room_id: str
    session_id: str
    start_ms: float
    minutes: float
    level_scale: str
    badge_name: str
    badge_share: float
    paid_share: float
    id_form: str
    whole_seconds: bool
    max_chars: int


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said: seconds from the start, by whom, what, and its label."""

    at_s: float
    who: Account
    text: str
    label: str


def draw_setting(
    *, minutes: float, topic: str | None, level_scale: str | None, start_ms: float, rng: np.random.Generator
) -> Setting:
    """A new room; raises UsageError for a topic or a level scale that does not exist."""
    for given, known, what in ((topic, TOPICS, "topic"), (level_scale, LEVEL_SCALES, "level scale")):
        if given is not None and given not in known:
            raise UsageError(
                f"unknown {what} {given!r}; choose from {', '.join(known)}",
                zh=f"未知的 {what}：{given}，可选 {', '.join(known)}",
            )
    topic = topic or (pick(rng, SHOPS) if chance(rng, 0.75) else pick(rng, ("game", "talk")))
    level_scale = level_scale or pick(rng, ("long", "long", "medium", "medium", "short", "none"))
    book = phrasebook().about(topic)
    host = book.say("host_name", rng)
    jokes = [book.say("joke_seed", rng) for _ in range(int(rng.integers(3, 7)))]
    on_offer = list(dict.fromkeys(book.say("good", rng) for _ in range(int(rng.integers(4, 12)))))
    book = book.with_words({"host": (host, host, "主播"), "room_joke": jokes, "good": on_offer})
    return Setting(
        book=book,
        topic=topic,
        host=host,
        presets=tuple(dict.fromkeys(book.say("preset", rng) for _ in range(7))),
        room_id=str(int(rng.integers(10**5, 10**9))),
        session_id=str(int(rng.integers(10**9, 10**10))),
        start_ms=start_ms,
        minutes=minutes,
        level_scale=level_scale,
        badge_name=host[:3] if chance(rng, 0.9) else "",
        badge_share=float(0.28 + 0.2 * rng.random()),
        paid_share=float(0.02 + 0.08 * rng.random()),
        id_form=pick(rng, ID_FORMS),
        whole_seconds=chance(rng, 0.3),
        max_chars=int(rng.choice((25, 40, 60, 100))),
    )


def _newcomer(setting: Setting, posts: int, rng: np.random.Generator) -> Account:
    return draw_account(
        setting.book,
        posts=posts,
        level_scale=setting.level_scale,
        badge_name=setting.badge_name,
        badge_share=setting.badge_share,
        paid_share=setting.paid_share,
        id_form=setting.id_form,
        rng=rng,
    )


def _utterance(setting: Setting, leaning: str, rng: np.random.Generator) -> str:
    """What a viewer of this leaning (``talker``, ``reactor``, ``preset``) says next."""
    if leaning == "preset" and chance(rng, 0.6):
        return pick(rng, setting.presets)
    if leaning == "reactor" and chance(rng, 0.75):
        return setting.book.say(pick(rng, ("react", "react", "short")), rng)
    return setting.book.say("chat", rng)


def _chat(
    setting: Setting, people: list[tuple[Account, int]], peaks_s: list[float], rng: np.random.Generator
) -> list[Said]:
    """Everyday chat: each person comes, stays a while, and speaks more when something has just happened."""
    end_s = setting.minutes * 60
    said: list[Said] = []
    for who, posts in people:
        came = (
            pick_peak(peaks_s, rng) + float(rng.exponential(20))
            if chance(rng, 0.3)
            else end_s * float(rng.random())
        )
        stay = min(float(rng.exponential(300 + 60 * posts)) + 20, end_s)
        came = min(max(came, 0.0), end_s)
        leaning = "preset" if (roll := rng.random()) < 0.1 else "reactor" if roll < 0.33 else "talker"
        before = ""
        for _ in range(posts):
            at = came + stay * float(rng.random())
            if chance(rng, 0.25):
                at = pick_peak(peaks_s, rng) + float(rng.gamma(1.5, 6))
            if at > end_s:
                at = end_s * float(rng.random())
            if before and chance(rng, 0.05):
                text = vary_suffix(before, rng) if chance(rng, 0.6) else before
            else:
                text = typed(_utterance(setting, leaning, rng), who.habits, rng)
            before = text
            said.append(Said(at, who, text, "normal"))
    return said


def pick_peak(peaks_s: list[float], rng: np.random.Generator) -> float:
    """One of the moments at which the host did something."""
    return peaks_s[int(rng.integers(len(peaks_s)))]


def _echo(word: str, who: Account, rng: np.random.Generator) -> str:
    """A wave's word as one person types it: mostly as it is."""
    kind = rng.random()
    if kind < 0.72:
        return word
    if kind < 0.84:
        return word + pick(rng, SUFFIXES)
    if kind < 0.9:
        return stretch(word, rng)
    if kind < 0.94:
        return slip(word, rng)
    if kind < 0.96:
        return word.lower() if word != word.lower() else word + word
    if kind < 0.98:
        return word + pick(rng, FACES)
    return typed(word, who.habits, rng)


def _wave(
    words: list[str],
    crowd: list[Account],
    *,
    start_s: float,
    span_s: float,
    again: float,
    rng: np.random.Generator,
) -> list[Said]:
    """Many people say one of ``words`` after ``start_s``; ``again`` is the chance of once more, up to four."""
    said = []
    for who in crowd:
        at = start_s + span_s * float(rng.beta(1.4, 3.5))
        word = pick(rng, words)
        for _ in range(4):
            said.append(Said(at, who, _echo(word, who, rng), "organic_wave"))
            at += 1.5 + float(rng.exponential(span_s / 6))
            if not chance(rng, again):
                break
    return said


def _some(people: list[Account], n: int, rng: np.random.Generator) -> list[Account]:
    order = rng.permutation(len(people))[: max(0, min(n, len(people)))]
    return [people[i] for i in order]


def _waves(
    setting: Setting,
    talkers: list[Account],
    quiet: list[Account],
    peaks_s: list[float],
    rng: np.random.Generator,
) -> list[Said]:
    """Host-prompted answers, a lottery word or two, memes, and lines that everyone repeats."""
    book, said = setting.book, []
    people = len(talkers) + len(quiet)
    scale = setting.minutes / 40
    silent = _some(quiet, len(quiet), rng)

    def crowd(share: float) -> list[Account]:
        # Most of a wave are people who never say anything else.
        n = int(people * share)
        first_time = [silent.pop() for _ in range(min(int(n * 0.6), len(silent)))]
        return first_time + _some(talkers, n - len(first_time), rng)

    def wave(words: list[str], share: tuple[float, float], span_s: float, again: float) -> list[Said]:
        people = crowd(between(rng, *share))
        return _wave(words, people, start_s=pick_peak(peaks_s, rng), span_s=span_s, again=again, rng=rng)

    for _ in range(max(1, rng.poisson(2.5 * scale))):
        word = book.say("wave_prompt", rng)
        twice = [word * 2, word * 3] if len(word) == 1 else []
        said += wave([word] * 6 + [*twice, word + "！"], (0.05, 0.2), 20 + 40 * float(rng.random()), 0.15)
    for _ in range(max(1, rng.poisson(1.2 * scale))):
        said += wave([book.say("lottery_word", rng)], (0.15, 0.4), between(rng, 45, 240), 0.22)
    for _ in range(rng.poisson(8 * scale)):
        word = book.say("meme_wave", rng)
        words = [word, word, word + word[-1], word[:-1] or word, word + word[-1] * 3]
        said += wave(words, (0.008, 0.05), 8 + 15 * float(rng.random()), 0.12)
    for _ in range(rng.poisson(3 * scale)):
        said += wave([book.say("chat", rng)], (0.004, 0.02), 15 + 40 * float(rng.random()), 0.1)
    return said


def _devotion(setting: Setting, fans: list[Account], rng: np.random.Generator) -> list[Said]:
    """A fan or two who say the same thing ten to thirty times over."""
    said = []
    for who in fans:
        line = setting.book.say(
            pick(rng, ("to_host", "liked", "greet", "gift_thanks", "ask", "lottery_talk")), rng
        )
        at = setting.minutes * 60 * 0.9 * float(rng.random())
        careful = chance(rng, 0.7)
        for _ in range(int(rng.integers(10, 31))):
            said.append(
                Said(at, who, vary_suffix(line, rng) if careful and chance(rng, 0.5) else line, "normal")
            )
            at += 1.5 + float(rng.exponential(between(rng, 2, 12)))
    return said


def _staff(setting: Setting, rng: np.random.Generator) -> list[Said]:
    """The host and the staff: announcements over and over, and a few words."""
    said = []
    for _ in range(int(rng.integers(1, 4))):
        who = replace(_newcomer(setting, 50, rng), is_staff=1.0)
        notices = [setting.book.say("staff", rng) for _ in range(int(rng.integers(2, 6)))]
        gap_s = between(rng, 60, 400)
        at = gap_s * float(rng.random())
        while at < setting.minutes * 60:
            text = pick(rng, notices) if chance(rng, 0.8) else setting.book.say("staff", rng)
            said.append(Said(at, who, text, "normal"))
            at += gap_s * (0.6 + 0.8 * float(rng.random()))
    return said


def _copied(said: list[Said], rng: np.random.Generator) -> list[Said]:
    """A few people repeat what somebody else has just said, as people do."""
    out: list[Said] = []
    for post in said:
        if post.label == "normal" and len(out) > 20 and not post.who.is_staff and chance(rng, 0.02):
            earlier = out[-1 - int(rng.integers(15))].text
            out.append(replace(post, text=typed(earlier, post.who.habits, rng)))
        else:
            out.append(post)
    return out


def genuine_room(
    setting: Setting, *, viewers: int, rng: np.random.Generator
) -> tuple[list[Comment], list[str]]:
    """The comments of a room without any attack, in time order, and their labels."""
    talking = max(5, int(viewers * 0.62))
    cap = max(25, talking // 6)
    people = [(_newcomer(setting, posts, rng), posts) for posts in draw_activity(talking, cap, rng)]
    quiet = [_newcomer(setting, 1, rng) for _ in range(max(0, viewers - talking))]
    talkers = [who for who, _ in people]
    end_s = setting.minutes * 60
    peaks_s = sorted(end_s * 0.95 * float(x) for x in rng.random(max(3, int(setting.minutes / 4))))
    said = _chat(setting, people, peaks_s, rng) + _waves(setting, talkers, quiet, peaks_s, rng)
    said += _devotion(setting, _some(talkers, int(rng.integers(1, 4)), rng), rng) + _staff(setting, rng)
    said.sort(key=lambda post: post.at_s)
    said = [post for post in _copied(said, rng) if post.text.strip()]
    rows = [
        Comment(
            text=post.text[: setting.max_chars],
            room_id=setting.room_id,
            session_id=setting.session_id,
            user_id=post.who.user_id,
            user_name=post.who.user_name,
            ts_ms=setting.start_ms
            + (int(post.at_s) * 1000 if setting.whole_seconds else int(post.at_s * 1000)),
            user_level=post.who.level,
            fan_badge_name=post.who.badge_name,
            fan_badge_level=post.who.badge_level,
            paid_marker=post.who.paid_marker,
            is_staff=post.who.is_staff,
        )
        for post in said
    ]
    return rows, [post.label for post in said]


def number_comments(n: int, rng: np.random.Generator) -> list[str]:
    """Comment ids for ``n`` rows of a room, given in time order, of one form."""
    if chance(rng, 0.5):
        first = int(rng.integers(7 * 10**18, 7_600_000_000_000_000_000))
        steps = rng.integers(1, 10**9, n).cumsum()
        return [str(first + int(step)) for step in steps]
    stem = draw_id("number", rng)
    return [f"{stem}-{i}" for i in range(n)]

"""Does the text give a way out of the room: a number, a handle, a name to search, another room?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Sentence, TextSignal, feature
from detector.text.cues import ASK, BESIDE, CONTACT, LURE, NO_CUE, ROOM, SEARCH, count_sound_cues
from detector.text.reading import TextReading
from detector.text.shape import (
    HANDLE_LENGTH,
    LONG_HANDLE,
    LONG_NUMBER,
    NUMBER_GAPS,
    NUMBER_LENGTH,
    SPELLED_LETTERS,
    SPELLED_WORDS,
)

# The first columns, of the shapes, and those behind them, of the cues.
SHAPES: Final = (NUMBER_LENGTH, HANDLE_LENGTH, SPELLED_LETTERS, SPELLED_WORDS, NUMBER_GAPS)
CUES: Final = (CONTACT, BESIDE, SEARCH, ROOM, LURE, ASK)


class Contact(TextSignal):
    """Does the text give a way out of the room: a number, a handle, a name to search, another room?"""

    name: ClassVar[str] = "contact"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("contact.number_length", "digits", "Longest number, however it is spelled."),
        feature("contact.handle_length", "characters", "Longest run of mixed letters and digits."),
        feature("contact.spelled_letters", "characters", "Letters that stand for digits inside numbers."),
        feature("contact.spelled_words", "characters", "Han characters that stand for digits inside numbers."),
        feature("contact.number_gaps", "gaps", "Spaces and signs inside numbers."),
        feature("contact.cues", "cues", "Words that name a contact (WeChat, QQ, group)."),
        feature("contact.beside", "cues", "Short contact words right beside a number or handle."),
        feature("contact.search", "cues", "Words that send people to search."),
        feature("contact.room", "cues", "Words that send people to another room."),
        feature("contact.lure", "cues", "Words that promise something."),
        feature("contact.ask", "cues", "Words that ask rather than offer."),
        feature("contact.distance", "characters", "From the nearest cue to a number or handle."),
        feature("contact.split", "cues", "Cue words split by spaces or signs."),
        feature("contact.sound", "cues", "Cue words written with other characters of the same sound."),
    )

    def measure(self, reading: TextReading) -> NDArray[np.float32]:
        cues = reading.cues
        out = np.empty((len(reading), len(self.features)), dtype=np.float32)
        _measure(
            reading.shaped.counts, cues.counts, cues.distance, cues.split, count_sound_cues(reading.shaped), out
        )
        return out

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        number, handle = int(values["contact.number_length"]), int(values["contact.handle_length"])
        spelled = int(values["contact.spelled_letters"] + values["contact.spelled_words"])
        if number >= LONG_NUMBER and spelled:
            return (
                f"含 {number} 位号码，其中 {spelled} 位用字母或谐音字改写",
                f"a number of {number} digits, {spelled} of them spelled with letters or homophones",
            )
        if number >= LONG_NUMBER:
            return f"含 {number} 位号码", f"a number of {number} digits"
        if handle >= LONG_HANDLE:
            return f"含疑似账号（{handle} 个字符）", f"what looks like a handle of {handle} characters"
        if values["contact.search"]:
            return "引导去站外搜索", "sends people to search outside"
        if values["contact.sound"]:
            return (
                "引流用词被谐音改写",
                "words that lead outside, written with other characters of the same sound",
            )
        if values["contact.cues"] or values["contact.beside"]:
            return "提到站外联系方式", "names a contact outside the room"
        if values["contact.room"]:
            return "提到其他直播间", "names another room"
        if values["contact.lure"]:
            return "含诱导性用语", "words that lure"
        return None


def has_contact_form(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which rows of this signal's features hold a number or handle long enough to be a contact."""
    return np.asarray((values[:, 0] >= LONG_NUMBER) | (values[:, 1] >= LONG_HANDLE))


@kernel
def _measure(
    shape: NDArray[np.int32], cues: NDArray[np.int32], distance: NDArray[np.int32], split: NDArray[np.int32],
    sounds: NDArray[np.int32], out: NDArray[np.float32],
) -> None:  # fmt: skip
    for t in range(out.shape[0]):
        for column in range(len(SHAPES)):
            out[t, column] = shape[t, SHAPES[column]]
        for column in range(len(CUES)):
            out[t, len(SHAPES) + column] = cues[t, CUES[column]]
        out[t, 11] = distance[t] if distance[t] < NO_CUE else np.nan
        out[t, 12] = split[t]
        out[t, 13] = sounds[t]

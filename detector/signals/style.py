"""How is the text written: how long, in which scripts, with how much ornament and disguise?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from detector.compiled import array_kernel
from detector.signals.signal import Feature, Sentence, TextSignal, feature
from detector.text.codepoints import classes
from detector.text.reading import TextReading


class Style(TextSignal):
    """How is the text written: how long, in which scripts, with how much ornament and disguise?"""

    name: ClassVar[str] = "style"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("style.length", "characters", "Length of the text in plain form."),
        feature("style.han_share", "share", "Han characters."),
        feature("style.latin_share", "share", "Latin letters."),
        feature("style.digit_share", "share", "Digits."),
        feature("style.symbol_share", "share", "Punctuation and signs."),
        feature("style.emoji_share", "share", "Emoji and pictographs."),
        feature("style.space_share", "share", "Spaces."),
        feature("style.other_share", "share", "Letters of other scripts."),
        feature("style.distinct_share", "share", "Distinct characters among all."),
        feature("style.longest_run", "characters", "Longest run of one character."),
        feature("style.script_changes", "changes", "Changes between Han, Latin, digits and other scripts."),
        feature("style.compatibility", "characters", "Full-width, circled or accented characters undone."),
        feature("style.lookalikes", "characters", "Look-alike characters of other scripts undone."),
        feature("style.invisible", "characters", "Invisible characters removed."),
        feature("style.traditional", "characters", "Traditional characters simplified."),
    )

    def measure(self, reading: TextReading) -> NDArray[np.float32]:
        out = np.zeros((len(reading), len(self.features)), dtype=np.float32)
        normalized = reading.normalized
        _measure(normalized.codes, normalized.starts, classes(), out)
        out[:, 11:15] = normalized.undone
        return out

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        disguised = int(values["style.compatibility"] + values["style.lookalikes"] + values["style.invisible"])
        if disguised >= 2:
            return (
                f"{disguised} 个字符用全角、圈号、形近字或隐形字符伪装",
                f"{disguised} characters are disguised",
            )
        if values["style.longest_run"] >= 8:
            run = int(values["style.longest_run"])
            return f"同一字符连续 {run} 次", f"one character repeated {run} times"
        if values["style.symbol_share"] + values["style.emoji_share"] >= 0.5:
            return "一半以上是符号或表情", "more than half of it is signs or emoji"
        return None


@array_kernel
def _measure(
    codes: NDArray[np.int32], starts: NDArray[np.int64], kind: NDArray[np.uint8], out: NDArray[np.float32]
) -> None:
    counts = np.zeros(9, dtype=np.int64)
    for t in range(len(starts) - 1):
        first, last = starts[t], starts[t + 1]
        n = last - first
        out[t, 0] = n
        if n == 0:
            continue
        counts[:] = 0
        run = longest = 1
        changes = distinct = 0
        before = -1
        for i in range(first, last):
            k = int(kind[codes[i]])
            counts[k] += 1
            if i > first:
                run = run + 1 if codes[i] == codes[i - 1] else 1
                longest = max(longest, run)
            if k not in (0, 4, 5):
                changes += before >= 0 and before != k
                before = k
            # Quadratic, but over at most 64 characters: longer texts are measured by their beginning.
            if i - first < 64:
                seen = False
                for j in range(first, i):
                    if codes[j] == codes[i]:
                        seen = True
                        break
                distinct += not seen
        out[t, 1] = counts[3] / n
        out[t, 2] = counts[2] / n
        out[t, 3] = counts[1] / n
        out[t, 4] = counts[0] / n
        out[t, 5] = counts[5] / n
        out[t, 6] = counts[4] / n
        out[t, 7] = (counts[6] + counts[7] + counts[8]) / n
        out[t, 8] = distinct / min(n, 64)
        out[t, 9] = longest
        out[t, 10] = changes

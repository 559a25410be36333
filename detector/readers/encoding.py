"""Which encoding are these bytes in? Chosen by how much of the text is common, never by "it decodes"."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from detector.errors import UsageError
from detector.readers.common_characters import COMMON_HANGUL, COMMON_HANZI, COMMON_KANA, COMMON_SIGNS

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Files whose cells are no plain text, in whatever encoding: Parquet, and the archive that a workbook is.
NO_TEXT: Final = (b"PAR1", b"PK\x03\x04")
# In order of preference among equals.
CANDIDATES: Final = (
    ("gb18030", COMMON_HANZI | COMMON_SIGNS),
    ("big5hkscs", COMMON_HANZI | COMMON_SIGNS),
    ("cp932", COMMON_HANZI | COMMON_KANA | COMMON_SIGNS),
    ("cp949", COMMON_HANGUL | COMMON_SIGNS),
)
# Encodings that hold no half of a surrogate pair; some others do.
WITHOUT_HALVES: Final = frozenset({"utf-8", "utf-8-sig", "gb18030"})
COMMON: Final = COMMON_HANZI | COMMON_KANA | COMMON_HANGUL | COMMON_SIGNS
REPORTED: Final = {"big5hkscs": "big5"}
# Of GB18030 text about five sixths of the high bytes are wrong as UTF-8; of damaged UTF-8 a few. A single short
# comment in GB18030 can have as few: then it is what makes more sense.
DAMAGED_UTF8_SHARE: Final = 0.3
# Fewer characters beyond ASCII can mean something in more than one encoding.
FEW_CHARACTERS: Final = 6
# No ASCII, read in the wrong byte order, becomes one of these.
UNMISTAKABLE: Final = re.compile("[\u3041-\u30fe\uac00-\ud7a3\U0001f300-\U0001faff]")
PLAIN_SHARE: Final = 0.6
SURE_SCORE: Final = 0.25
SURE_LEAD: Final = 0.1


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec name, the name to report, and whether it was only a guess."""

    codec: str
    name: str
    sure: bool = True


def named_encoding(name: str) -> Encoding:
    """The encoding the user names; ``UsageError`` if Python knows no such text encoding."""
    try:
        codec = codecs.lookup(name).name
        b"a".decode(codec, "replace")
        codecs.getincrementaldecoder(codec)
    except (LookupError, ValueError, TypeError) as error:
        raise UsageError(
            f"unknown encoding {name!r}: use for example utf-8, gb18030, big5 or utf-16",
            zh=f"未知编码 {name!r}：请用 utf-8、gb18030、big5 或 utf-16 等",
        ) from error
    return Encoding("utf-8-sig" if codec == "utf-8" else codec, codec)


def encoding_of(head: bytes, sample: bytes) -> Encoding:
    """The encoding of a file from its first bytes and a sample of its lines beyond ASCII."""
    for bom, codec in BOMS:
        if head.startswith(bom):
            return Encoding(codec, codec)
    if head.startswith(NO_TEXT) and b"\0" in head:
        return Encoding("utf-8", "utf-8")
    wide = _wide(head)
    if wide:
        return Encoding(wide, wide)
    if _is_utf8(sample):
        return Encoding("utf-8", "utf-8")
    scores = sorted(
        ((commonness(sample, codec, common), -place) for place, (codec, common) in enumerate(CANDIDATES)),
        reverse=True,
    )
    best, place = scores[0]
    if _is_damaged_utf8(sample) and commonness(sample, "utf-8", COMMON) >= best:
        return Encoding("utf-8", "utf-8")
    codec = CANDIDATES[-place][0]
    characters = sum(c > "\x7f" for c in sample.decode(codec, "replace"))
    sure = best >= SURE_SCORE and best - scores[1][0] >= SURE_LEAD and characters >= FEW_CHARACTERS
    return Encoding(codec, REPORTED.get(codec, codec), sure)


def commonness(sample: bytes, codec: str, common: frozenset[str]) -> float:
    """The share of the characters beyond ASCII that are common, less the share that do not decode."""
    characters = [c for c in sample.decode(codec, "surrogateescape") if c > "\x7f"]
    if not characters:
        return 0.0
    good = sum(c in common for c in characters)
    # What does not decode and what nobody types (half-width kana, private use) speaks against.
    bad = sum(
        "\udc80" <= c <= "\udcff" or "\uff61" <= c <= "\uff9f" or "\ue000" <= c <= "\uf8ff" for c in characters
    )
    return (good - bad) / len(characters)


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 4 and error.reason == "unexpected end of data"
    return True


def _is_damaged_utf8(sample: bytes) -> bool:
    high = sum(byte > 0x7F for byte in sample)
    wrong = sum("\udc80" <= c <= "\udcff" for c in sample.decode("utf-8", "surrogateescape"))
    return wrong < DAMAGED_UTF8_SHARE * high


def _wide(head: bytes) -> str:
    """UTF-32 or UTF-16 without a mark: zeros among the bytes, and one of the byte orders gives plain text."""
    if b"\0" not in head:
        return ""
    whole = head[: len(head) // 4 * 4 or len(head) // 2 * 2]
    for codec in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = whole.decode(codec, "replace")
        usual = sum(c in "\t\r\n" or " " <= c <= "~" or c in COMMON for c in text)
        if usual + len(UNMISTAKABLE.findall(text)) > PLAIN_SHARE * len(text):
            return codec
    return ""

"""The words of a review that a platform wrote as HTML, and the texts it writes where the buyer wrote none."""

from __future__ import annotations

import html
import re
from typing import Final

# What platforms put where the buyer left the field empty; compared without punctuation at the end.
DEFAULT_TEXTS: Final = frozenset(
    {
        "此用户未填写评价内容", "此用户没有填写评论", "此用户没有填写评价", "此用户未填写评论", "此用户未及时填写评价内容",
        "您没有填写内容，默认好评", "您没有填写内容,默认好评", "评价方未及时做出评价", "评价方未及时做出评价,系统默认好评",
        "评价方未及时做出评价，系统默认好评", "系统默认好评", "系统默认评价", "用户未填写评价内容", "默认好评",
        "该用户没有填写评价", "该用户未填写评价内容", "该用户觉得商品很好，给出了5星好评",
    }
)  # fmt: skip

_BREAK: Final = re.compile(r"<\s*(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.I)
# Names only: 「<3」 and 「a<b」 are no tags.
_TAG: Final = re.compile(
    r"</?(?:a|b|i|u|s|p|br|em|div|img|font|span|strong|small|big|ul|ol|li|sub|sup|h[1-6]|center|video|param)"
    r"(?:\s[^<>]{0,2000})?/?>",
    re.I,
)
_TAIL: Final = "!！.。~～ \u3000\t\r\n"


def plain_text(text: str) -> str:
    """The text without tags, ``<br/>`` as a line end and entities as the characters they stand for, once.

    >>> plain_text("<b></b>很<b></b>好&hellip;<br/>还会再来 &lt;3 a<b")
    '很好…\\n还会再来 <3 a<b'
    """
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    return html.unescape(text) if "&" in text else text


def is_default_text(text: str) -> bool:
    """Whether a plain text is what a platform writes where the buyer wrote nothing.

    >>> is_default_text("此用户没有填写评论!"), is_default_text("没有填写评论的人真多")
    (True, False)
    """
    return len(text) < 40 and text.strip(_TAIL) in DEFAULT_TEXTS

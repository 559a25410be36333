"""A way out of the room, worked by hand."""

import numpy as np
import pytest

from detector.signals.contact import Contact, has_contact_form
from detector.text.reading import read_texts
from tests.building import NAN, comment, nearly, seen_by, values_of

NOTHING = {
    "number_length": 0, "handle_length": 0, "spelled_letters": 0, "spelled_words": 0, "number_gaps": 0, "cues": 0,
    "beside": 0, "search": 0, "room": 0, "lure": 0, "ask": 0, "distance": NAN, "split": 0, "sound": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这件多少钱", {"ask": 1}),
        # One number of 11: l and O are letters, 四 is a word, two spaces inside. Cues: 加微 and 微信 name a
        # contact; 加, 微 and 信 stand 2, 1 and 0 characters before the number.
        (
            "加微信 l3O 24６ 047四7",
            {
                "number_length": 11, "spelled_letters": 2, "spelled_words": 1, "number_gaps": 2,
                "cues": 2, "beside": 3, "distance": 0,
            },
        ),
        # A question about a group names it and asks; 群 and 号 count only beside a number, and there is none.
        ("群号多少", {"cues": 1, "ask": 1}),
        # 3 letters, 3 digits: a handle of 6. 看nv lures, right before it. The v is inside a Latin word: no cue.
        ("看nv tcc473", {"handle_length": 6, "lure": 1, "distance": 0}),
        # 微信 is split by a sign. 微 and 信 alone mean nothing without a number.
        ("微*信", {"cues": 1, "split": 1}),
        # 百度 and 搜 and 百度搜, three names of one search.
        ("百度搜小鱼", {"search": 3}),
        # A price of 3 digits is no contact: not beside, and too short to be one.
        ("199元", {"number_length": 3}),
        # Six digits can be one. 房间 and 房间号 name a room; 号 stands one character (是) before the number.
        ("房间号是123456", {"number_length": 6, "room": 2, "beside": 1, "distance": 1}),
        # 柏度 and 渭心 sound like 百度 and 微信; 百度 itself is a search.
        ("柏度小鱼 渭心", {"sound": 2}),
        ("百度小鱼", {"search": 1}),
        # One digit over and over is applause, not a number.
        ("66666666", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_contact_reads_numbers_handles_and_cues(text: str, expected: dict[str, float]) -> None:
    assert seen_by(Contact(), comment(text)) == [nearly(NOTHING | expected)]


def test_six_digits_or_a_handle_of_five_can_be_a_contact() -> None:
    texts = ["12345", "123456", "ab12", "abc12", "666666", "加微信"]
    forms = has_contact_form(Contact().measure(read_texts(texts)))
    assert dict(zip(texts, forms.tolist(), strict=True)) == {
        "12345": False, "123456": True, "ab12": False, "abc12": True, "666666": False, "加微信": False,
    }  # fmt: skip


def test_a_text_is_measured_alike_in_any_company() -> None:
    texts = ["加微信 l3O 24６ 047四7", "", "好看", "看nv tcc473", "😀" * 30]
    alone = np.concatenate([Contact().measure(read_texts([text])) for text in texts])
    assert Contact().measure(read_texts(texts)).tobytes() == alone.tobytes()


@pytest.mark.parametrize(
    ("quantities", "sentence"),
    [
        (
            {"number_length": 11, "spelled_letters": 2, "spelled_words": 1},
            (
                "含 11 位号码，其中 3 位用字母或谐音字改写",
                "a number of 11 digits, 3 of them spelled with letters or homophones",
            ),
        ),
        ({"number_length": 6}, ("含 6 位号码", "a number of 6 digits")),
        (
            {"number_length": 5, "handle_length": 5},
            ("含疑似账号（5 个字符）", "what looks like a handle of 5 characters"),
        ),
        ({"search": 1, "cues": 1}, ("引导去站外搜索", "sends people to search outside")),
        ({"cues": 1}, ("提到站外联系方式", "names a contact outside the room")),
        ({"beside": 1}, ("提到站外联系方式", "names a contact outside the room")),
        ({"room": 1, "lure": 1}, ("提到其他直播间", "names another room")),
        ({"lure": 1}, ("含诱导性用语", "words that lure")),
        ({"number_length": 5, "handle_length": 4, "ask": 2}, None),
    ],
)
def test_contact_names_the_strongest_way_out(
    quantities: dict[str, float], sentence: tuple[str, str] | None
) -> None:
    assert Contact().explain(values_of(Contact(), **quantities)) == sentence

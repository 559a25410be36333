"""Stories of review texts that are HTML, or not the buyer's at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.readers.markup import is_default_text, plain_text


def test_line_breaks_stay_and_other_tags_go():
    assert plain_text("<b>很</b>好<br/>用<br>了<BR />一周") == "很好\n用\n了\n一周"
    assert plain_text('图<img src="//x.example/a.jpg" alt="">在此') == "图在此"


def test_entities_become_characters_once():
    assert plain_text("等了很久&hellip;&hellip;") == "等了很久……"
    assert plain_text("&amp;lt;b&amp;gt;") == "&lt;b&gt;"


def test_what_only_looks_like_a_tag_stays():
    for text in ("爱你<3", "a<b且b>c", "1<2", "<不是标签>", "<"):
        assert plain_text(text) == text


def test_tags_written_as_entities_are_words():
    assert plain_text("&lt;b&gt;好&lt;/b&gt;") == "<b>好</b>"


@pytest.mark.parametrize(
    "text",
    ["此用户未填写评价内容", "此用户没有填写评论!", "评价方未及时做出评价,系统默认好评!", " 系统默认好评。"],
)
def test_what_the_platform_writes_for_the_buyer_is_told(text):
    assert is_default_text(text)


def test_a_buyer_who_quotes_it_is_still_a_buyer():
    assert not is_default_text("怎么都是此用户未填写评价内容")
    assert not is_default_text("")


def test_tags_between_the_letters_hide_nothing():
    assert is_default_text(plain_text("<b></b>此<b></b>用<b></b>户<b></b>没有填写评论!"))


@given(st.text(alphabet="<>/b r&;=\"'x#39", max_size=60))
def test_any_text_is_read(text):
    assert len(plain_text(text)) <= len(text)

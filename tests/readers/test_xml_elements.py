"""XML as recorders leave it: broken, cut, on one line, with characters that may not stand there."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.errors import InputError
from detector.readers import inspect, read_comments
from detector.readers.lines import LONGEST_LINE_BYTES
from detector.readers.report import ReadReport
from detector.readers.source import BLOCK_BYTES, open_source
from detector.readers.xml_elements import elements_of, unescaped

TAGS = frozenset({"d", "gift"})
ABOUT = frozenset({"chatid"})


def d(text, number=1):
    return f'<d p="{number}.5,1,25,16777215,1626077354,0,5bd04b14,{9007199254740993 + number},10">{text}</d>'


def document(*elements):
    return '<?xml version="1.0" encoding="UTF-8"?><i><chatid>367</chatid>' + "".join(elements) + "</i>"


def read(path):
    """What was read as (number, tag, text), and the report."""
    report = ReadReport()
    found = elements_of(open_source(path), report, tags=TAGS, about=ABOUT)
    return [(number, element.tag, element.text) for number, element, _ in found], report


def codes(report):
    return {code: note.n for code, note in report.notes.items()}


def test_each_element_is_told_with_its_number_and_what_the_head_says_without(file):
    found, report = read(file(document(d("主播好"), '<gift user="甲"/>', d("多少钱")), "a.xml"))
    assert found == [(0, "chatid", "367"), (1, "d", "主播好"), (2, "gift", ""), (3, "d", "多少钱")]
    assert (codes(report), report.skipped) == ({}, {})


def test_attributes_are_unescaped_and_elements_within_are_part_of_the_text(file):
    report = ReadReport()
    path = file('<i><d p="1,&quot;好&quot;" user="a&amp;b">买<b>它</b>！</d></i>', "a.xml")
    [(_, element, _)] = elements_of(open_source(path), report, tags=TAGS)
    assert (element.attributes, element.text) == ({"p": '1,"好"', "user": "a&b"}, "买它！")


def test_control_characters_and_half_characters_are_removed_and_counted(file):
    found, report = read(file(document(d("好\x01看\x0b"), d("&#1;贵&#xD83D;"), d("\ufffe好")), "a.xml"))
    assert [text for _, _, text in found[1:]] == ["好看", "贵", "好"]
    assert codes(report) == {"xml_characters": 5}


def test_a_line_end_in_a_text_stays_one(file):
    found, _ = read(file(document(d("呵\r\n呵\n哈")), "a.xml"))
    assert found[1] == (1, "d", "呵\n呵\n哈")


def test_numbers_that_were_escaped_twice_are_unescaped_once_more(file):
    found, _ = read(file(document(d("笑&amp;#128514;"), d("1 &lt; 2 &amp;amp; 3"), d("&amp;#1;")), "a.xml"))
    assert [text for _, _, text in found[1:]] == ["笑😂", "1 < 2 &amp; 3", "&#1;"]
    assert unescaped("&#99999999999;&#x110000;") == "&#99999999999;&#x110000;"


def test_an_ampersand_that_begins_no_reference_is_an_ampersand(file):
    found, report = read(file(document(d("A&B&nbsp;&foo; & &#x4e70;&lt;")), "a.xml"))
    assert found[1] == (1, "d", "A&B&nbsp;&foo; & 买<")
    assert codes(report) == {}


@pytest.mark.parametrize(
    "broken",
    [
        '<d p="1<2">坏</d>',
        "<d p=1>坏</d>",
        '<d p="1" p="2">坏</d>',
        '<d p="1>坏</d>',
        '<d p="1">坏</gift>',
        '<d p="1">坏<</d>',
        '<d p="1">坏</D>',
    ],
)
def test_a_broken_element_costs_only_itself(file, broken):
    found, report = read(file(document(d("前"), broken, d("后")), "a.xml"))
    assert found[1:] == [(1, "d", "前"), (3, "d", "后")]
    assert (report.skipped, report.skipped_lines) == ({"bad_xml": 1}, {"bad_xml": [2]})


def test_an_element_that_is_not_closed_ends_where_the_next_begins(file):
    found, report = read(file(document('<d p="1">前', d("后")), "a.xml"))
    assert found[1:] == [(1, "d", "前"), (2, "d", "后")]
    assert (codes(report), report.skipped) == ({"broken_xml": 1}, {})


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        ("</i>", ["前", "后"]),
        ("</d></i>", ["前"]),
        ("后</d></i>", ["前"]),
        ('="2">后</d></i>', ["前"]),
        ('<d p="2">后</d></i>', ["前"]),
    ],
)
def test_of_a_cut_file_everything_before_the_cut_is_kept(file, lost, kept):
    whole = document(d("前"), '<d p="2">后</d>')
    found, report = read(file(whole.removesuffix(lost), "a.xml"))
    assert [text for _, tag, text in found if tag == "d"] == kept
    begun = whole.removesuffix(lost).count("<d ")
    assert report.skipped == ({"bad_xml": 1} if begun > len(kept) else {})
    assert codes(report) == {"cut_xml": 1}


def test_files_joined_to_one_are_read_to_the_end(file):
    found, report = read(file(document(d("前")) + "\n" + document(d("后")), "a.xml"))
    assert found == [(0, "chatid", "367"), (1, "d", "前"), (1, "chatid", "367"), (2, "d", "后")]
    assert codes(report) == {}


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE i [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;">]>',
        '<!doctype i SYSTEM "file:///etc/passwd">',
    ],
)
def test_a_document_that_declares_entities_is_refused(file, declared):
    path = file(f'<?xml version="1.0"?>{declared}<i>{d("&b;")}</i>', "a.xml")
    with pytest.raises(InputError, match="declares a document type or entities") as error:
        inspect(path)
    assert "请删除该声明后再试" in error.value.zh


def test_a_declaration_after_the_first_comment_declares_nothing(file):
    found, report = read(file(f'<i>{d("前")}<!DOCTYPE i [<!ENTITY b "炸">]>{d("&b;")}</i>', "a.xml"))
    assert [text for _, _, text in found] == ["前", "&b;"]
    assert codes(report) == {}


def test_a_file_of_several_blocks_on_one_line_loses_nothing(file):
    # One character more each time, so that the ends of blocks fall into every part of an element.
    elements = [d("买" * (number % 97), number) for number in range(24_000)]
    text = document(*elements)
    assert len(text.encode()) > 3 * BLOCK_BYTES
    found, report = read(file(text, "a.xml"))
    assert [text for _, tag, text in found if tag == "d"] == ["买" * (number % 97) for number in range(24_000)]
    assert found[-1][0] == 24_000 == len(re.findall(r"<d\b", text))
    assert (codes(report), report.skipped) == ({}, {})


def test_what_is_longer_than_any_comment_is_given_up_and_the_next_one_read(file):
    endless = '<d p="1">' + "长" * LONGEST_LINE_BYTES
    foreign = "<style>" + "x" * (2 * LONGEST_LINE_BYTES) + "</style>"
    found, report = read(file(document(d("前"), foreign, endless, d("后")), "a.xml"))
    assert [(number, text) for number, tag, text in found if tag == "d"] == [(1, "前"), (3, "后")]
    assert report.skipped == {"line_too_long": 1}


def test_xml_in_utf_16_and_gb18030_is_read_whatever_it_declares(file):
    for encoding in ("utf-16", "gb18030", "utf-8-sig"):
        text = document(*(d(f"这个链接在哪里可以买到啊{n}") for n in range(50)))
        batch, report = read_comments(file(text, "a.xml", encoding=encoding))
        assert (report.format, len(batch), batch.text[7]) == (
            "bilibili-video-xml",
            50,
            "这个链接在哪里可以买到啊7",
        )


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["<d ", '<d p="1">', "</d>", "<d/>", "<i>", "</i>", "&", "&#1;", "<!--", '"', "\x02", "]]>"]
            ),
            st.text(max_size=20),
        ),
        max_size=30,
    )
)
@settings(max_examples=200, deadline=None)
def test_whatever_stands_there_every_beginning_is_read_or_counted(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("xml") / "a.xml"
    text = '<i><d p="0">始</d>' + "".join(parts)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    report = ReadReport()
    # As it is read: what is no UTF-8 has become something else.
    begun = re.findall(r"<d(?=[\s/>])", path.read_bytes().decode("utf-8", "replace"))
    found = list(elements_of(open_source(path, encoding="utf-8"), report, tags=frozenset({"d"})))
    assert len(found) + sum(report.skipped.values()) == len(begun)

"""Stories of Taobao and Tmall reviews."""

import json
import math

import pytest
from hypothesis import given, settings

from detector.comment import KINDS
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.report import ReadReport
from detector.readers.tmall import DIALECTS, rates_of
from tests.readers.odd_json import odd_values


def rate(number, text="颜色很正", **fields):
    known = {
        "id": number,
        "rateContent": text,
        "rateDate": "2026-11-11 12:01:03",
        "displayUserNick": "j***n",
        "auctionSku": "颜色分类:红;尺码:M",
        "userVipLevel": "V3",
        "goldUser": False,
        "appendComment": "",
        "reply": "",
    }
    return known | fields


def answer(*rates):
    return json.dumps({"rateDetail": {"rateCount": {"total": 2}, "rateList": rates}}, ensure_ascii=False)


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_an_answer_of_the_review_page(file, claimed_by):
    name = "list_detail_rate.htm_itemId-620010218_currentPage-1.txt"
    for content in (answer(rate(1), rate(2)), f"jsonp128({answer(rate(1), rate(2))})"):
        path = file(content, name, encoding="gb18030")
        batch, report = read_comments(path)
        assert report.format == "tmall-reviews"
        assert claimed_by(path) == ["tmall-reviews"]
        assert batch.text == ["颜色很正"] * 2
        assert batch.comment_id == ["1", "2"]
        assert batch.user_level.tolist() == [3.0, 3.0]
        assert batch.product_id == ["620010218"] * 2
        assert all(map(math.isnan, batch.rating))
        assert kinds(batch) == ["review"] * 2
        assert report.id_quality == {"masked": 2}


def test_tags_between_letters_do_not_hide_what_the_platform_wrote(file):
    hidden = "<b></b>".join("此用户没有填写评论!")
    batch, report = read_comments(file(answer(rate(1, hidden), rate(2, "<b></b>好看<b></b>")), "a.json"))
    assert batch.text == ["此用户没有填写评论!", "好看"]
    assert kinds(batch) == ["other", "review"]
    assert report.notes["default_text"].n == 1


def test_a_follow_up_answers_its_review(file):
    later = {"content": "洗了一次掉色", "commentTime": "2026-11-20 08:00:00", "days": 9}
    batch, _ = read_comments(file(answer(rate(1, appendComment=later)), "a.json"))
    assert kinds(batch) == ["review", "append"]
    assert (batch.text[1], batch.reply_to[1]) == ("洗了一次掉色", "1")
    assert batch.ts_ms[1] - batch.ts_ms[0] == ((8 * 24 + 20) * 3600 - 63) * 1000


def test_the_old_page_and_the_app_name_things_differently(file):
    old = {"comments": [{"rateId": 5, "content": "不错", "date": "2026年11月11日 12:01",
                         "user": {"nick": "x**y", "vipLevel": 2}, "auction": {"aucNumId": "88", "sku": "红"}}]}  # fmt: skip
    app = {"api": "mtop.taobao.rate.detaillist.get", "data": {"rateList": [
        {"id": "6", "feedback": "不错", "feedbackDate": "2026-11-11", "userNick": "x**y", "auctionNumId": "88"}]}}  # fmt: skip
    for content, number in ((json.dumps(old), "5"), (f"mtopjsonp3({json.dumps(app)})", "6")):
        batch, report = read_comments(file(content, "a.json"))
        assert report.format == "tmall-reviews"
        assert (batch.comment_id, batch.text, batch.product_id) == ([number], ["不错"], ["88"])


def test_a_crawlers_table_with_commas_in_the_text(file):
    path = file("nickname,rateDate,auctionSku,ratecontent\nj***n,2026-11-11 12:01:03,红,好看,很好看\n"
                "x**y,2026-11-11 12:02:03,蓝,此用户没有填写评论!\n", "天猫.csv", encoding="gb18030")  # fmt: skip
    batch, report = read_comments(path)
    assert report.format == "csv (tmall-reviews-table)"
    assert batch.text == ["好看,很好看", "此用户没有填写评论!"]
    assert kinds(batch) == ["review", "other"]
    assert report.id_quality == {"masked": 2}


KEYS = ["id", "rateContent", "rateDate", "appendComment", "content", "user", "userId", "auction", "rateDetail",
        "rateList", "data", "userVipLevel", "feedback"]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    records = DIALECTS[0].events(value, recording)
    assert records is None or all("kind" in record for record in records)
    if isinstance(value, dict):
        assert all(isinstance(item, dict) for item in rates_of(value, recording))


@pytest.mark.shared
def test_an_answer_in_the_real_shape(shared):
    path = next((shared / "formats/jd-tmall-jsonp-synthetic").glob("rate*currentPage-1*"))
    batch, report = read_comments(path)
    assert (report.format, len(batch), report.skipped) == ("tmall-reviews", 3, {})
    assert batch.product_id == ["620010218888"] * 3
    assert report.ts_sources == {"event": 3}

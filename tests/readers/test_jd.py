"""Stories of JD reviews: pages, the app's floors, a crawler's table."""

import json

import pytest
from hypothesis import given, settings

from detector.comment import KINDS, CommentBatch
from detector.errors import InputError
from detector.readers import read_comments
from detector.readers.dialect import Recording
from detector.readers.jd import DIALECTS, comments_of, floors_of
from detector.readers.report import ReadReport
from tests.readers.odd_json import odd_values


def column_of(batch: CommentBatch, name: str) -> list[str]:
    """A column that is none of ours."""
    return list(batch.source.columns[batch.source.headers.index(name)])


def review(number, text="很好用", **fields):
    known = {
        "id": number,
        "guid": f"guid-{number}",
        "content": text,
        "creationTime": "2026-11-11 12:01:03",
        "referenceId": "100012",
        "referenceTime": "2026-11-05 08:00:00",
        "score": 5,
        "nickname": "j***c",
        "userLevelId": 105,
        "userLevelName": "钻石会员",
        "plusAvailable": 0,
        "usefulVoteCount": 3,
    }
    return known | fields


def page(*reviews, indent=None):
    answer = {"productCommentSummary": {"productId": 900, "commentCount": 2}, "comments": reviews, "maxPage": 2}
    return f"fetchJSON_comment98({json.dumps(answer, ensure_ascii=False, indent=indent)});"


def kinds(batch):
    return [KINDS[code] for code in batch.kind]


def test_a_page_in_a_call_in_gbk(file, claimed_by):
    path = file(page(review(1, "很好用，物流快"), review(2, "一般", score=3)), "page.txt", encoding="gb18030")
    batch, report = read_comments(path)
    assert (report.format, report.encoding) == ("jd-reviews", "gb18030")
    assert claimed_by(path) == ["jd-reviews"]
    assert batch.text == ["很好用，物流快", "一般"]
    assert batch.comment_id == ["1", "2"]
    assert batch.product_id == ["100012"] * 2
    assert batch.rating.tolist() == [5.0, 3.0]
    assert batch.user_level.tolist() == [105.0, 105.0]
    assert kinds(batch) == ["review", "review"]
    assert report.id_quality == {"masked": 2}
    assert batch.ts_ms[0] == 1_794_369_663_000.0
    assert batch.ts_ms[0] - batch.purchased_at_ms[0] == (6 * 24 * 3600 + 4 * 3600 + 63) * 1000


def test_pages_one_after_another_are_all_read(file):
    for indent in (None, 2):
        pages = "\n".join((page(review(1), review(2), indent=indent), page(review(3), indent=indent)))
        batch, report = read_comments(file(pages, "pages.txt"))
        assert (report.format, batch.comment_id) == ("jd-reviews", ["1", "2", "3"])


def test_a_page_may_be_plain_json_and_reviews_may_stand_on_lines(file, claimed_by):
    plain = page(review(1), review(2)).removeprefix("fetchJSON_comment98(").removesuffix(");")
    by_line = "\n".join(json.dumps(review(n)) for n in (1, 2))
    for content in (plain, by_line):
        path = file(content, "page.json")
        batch, report = read_comments(path)
        assert (report.format, batch.comment_id) == ("jd-reviews", ["1", "2"])
        assert claimed_by(path) == ["jd-reviews"]


def test_the_product_of_the_page_is_that_of_reviews_without_their_own(file):
    bare = review(1)
    del bare["referenceId"]
    batch, _ = read_comments(file(page(bare), "page.txt"))
    assert batch.product_id == ["900"]


def test_a_follow_up_is_a_record_of_its_own(file):
    later = {"id": 77, "created": "2026-11-15 09:00:00", "hAfterUserComment": {"content": "用了几天<br/>还行"}}
    batch, _ = read_comments(file(page(review(1, afterUserComment=later), review(2)), "page.txt"))
    assert kinds(batch) == ["review", "append", "review"]
    assert batch.text[1] == "用了几天\n还行"
    assert (batch.comment_id[1], batch.reply_to[1]) == ("77", "1")
    assert batch.product_id[1] == "100012"
    assert batch.ts_ms[1] > batch.ts_ms[0]
    assert batch.rating.tolist()[::2] == [5.0, 5.0]
    assert batch.rating[1] != batch.rating[1]


def test_texts_are_plain_and_those_of_the_platform_are_not_scored(file):
    reviews = (review(1, "等了很久&hellip;<br/>终于到了"), review(2, "此用户未填写评价内容"), review(3, ""))
    batch, report = read_comments(file(page(*reviews), "page.txt"))
    assert batch.text == ["等了很久…\n终于到了", "此用户未填写评价内容"]
    assert kinds(batch) == ["review", "other"]
    assert report.notes["default_text"].n == 1
    assert report.skipped == {"empty_text": 1}
    assert report.scored_rows == 1


def test_plus_is_a_standing_that_costs_money(file):
    reviews = (review(1, userLevelName="PLUS会员"), review(2, plusAvailable=201), review(3))
    batch, _ = read_comments(file(page(*reviews), "page.txt"))
    assert (column_of(batch, "membership"), set(batch.paid_marker)) == (["PLUS", "PLUS", ""], {""})


def test_an_empty_page_says_what_it_is(file):
    with pytest.raises(InputError, match=r"jd-reviews.*no comment, review or other event"):
        read_comments(file(page(), "page.txt"))


def test_the_apps_floors(file, claimed_by):
    answer = {
        "code": "0",
        "result": {
            "floors": [
                {"floorId": "flo_1", "data": [{"banner": {}}]},
                {
                    "floorId": "flo_11103",
                    "data": [
                        {
                            "commentInfo": {
                                "commentId": "55",
                                "commentData": "做工不错",
                                "commentDate": "2026-11-11 12:01:03",
                                "commentScore": "5",
                                "userNickName": "小***明",
                            }
                        },
                        {"other": 1},
                    ],
                },
            ]
        },
    }
    path = file(json.dumps(answer, ensure_ascii=False), "app.json")
    batch, report = read_comments(path)
    assert report.format == "jd-app-reviews"
    assert claimed_by(path) == ["jd-app-reviews"]
    assert (batch.comment_id, batch.text, batch.rating.tolist()) == (["55"], ["做工不错"], [5.0])
    assert report.notes["no_event"].n == 1


TABLE = (
    "sku_id,_id,item_name,comment_id,content,creation_time,score,user_level_id,nickname,user_level_name,"
    "reference_time,after_days,after_user_comment\n"
    "100,a-1,comment,1,很好&hellip;,2026-11-11 12:01:03,5,105,j***c,PLUS会员,2026-11-05 08:00:00,0,NO_MESSAGE\n"
    "100,a-2,comment,2,此用户未填写评价内容,2026-11-11 12:02:03,5,61,小明,银牌会员,2026-11-05 08:00:00,3,还行\n"
)


def test_a_crawlers_table(file):
    batch, report = read_comments(file(TABLE, "京东.csv"))
    assert report.format == "csv (jd-reviews-table)"
    assert batch.text == ["很好…", "此用户未填写评价内容"]
    assert kinds(batch) == ["review", "other"]
    assert batch.product_id == ["100", "100"]
    assert batch.user_level.tolist() == [105.0, 61.0]
    assert column_of(batch, "membership") == ["PLUS", ""]
    assert report.notes["follow_up_column"].n == 1
    assert "double_header" not in report.notes
    assert "content" in batch.source.headers


KEYS = ["id", "content", "creationTime", "score", "nickname", "afterUserComment", "hAfterUserComment", "comments",
        "result", "floors", "data", "commentInfo", "commentData", "productColor", "userLevelId"]  # fmt: skip


@settings(max_examples=200)
@given(odd_values(KEYS))
def test_nothing_makes_it_fall_over(value):
    recording = Recording("a.json", ReadReport())
    for dialect in DIALECTS:
        records = dialect.events(value, recording)
        assert records is None or all("kind" in record for record in records)
    if isinstance(value, dict):
        assert all(
            isinstance(item, dict) for item in (*comments_of(value, recording), *floors_of(value, recording))
        )


@pytest.mark.shared
def test_a_real_table_and_pages_in_the_real_shape(shared):
    path = next((shared / "formats/jd-review-csv").glob("*.csv"))
    batch, report = read_comments(path)
    assert report.format == "csv (jd-reviews-table)"
    assert (report.rows_read, report.rows_kept) == (573, 573)
    assert kinds(batch).count("other") == report.notes["default_text"].n == 6
    assert set(report.ts_sources) == {"event"}
    pages = sorted((shared / "formats/jd-tmall-jsonp-synthetic").glob("club*"))
    batch, report = read_comments(pages[0])
    assert (report.format, len(batch), report.skipped) == ("jd-reviews", 4, {})
    with pytest.raises(InputError, match="no rows"):
        read_comments(pages[1])

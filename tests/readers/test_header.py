"""Stories of tables whose headers tell that they are no comments."""

import pytest

from detector.errors import InputError
from detector.readers import inspect, read_comments

FOLLOWERS = (
    "序号,标注结果,昵称,总获赞,关注数,粉丝数,作品,个性签名\n1,1,小满,43,32,34,5,爱吃瓜\n2,0,阿青,0,10,6,0,\n"
)


def test_a_list_of_followers_is_said_to_be_one(file):
    with pytest.raises(InputError, match="a list of accounts") as error:
        read_comments(file(FOLLOWERS, "粉丝.csv", "gb18030"))
    assert "这是账号（粉丝）名单，不是评论表" in error.value.zh
    assert "=text" not in error.value.en + error.value.zh


def test_figures_of_the_person_beside_a_comment_do_no_harm(file):
    batch, _ = read_comments(file("昵称,粉丝数,关注数,评论内容\n小满,34,32,好看\n"))
    assert batch.text == ["好看"]


def test_a_list_may_hold_comments_if_the_caller_says_so(file):
    batch, _ = read_comments(file(FOLLOWERS, "粉丝.csv"), mapping={"个性签名": "text"})
    assert batch.text == ["爱吃瓜"]


@pytest.mark.shared
def test_a_real_list_of_followers(shared):
    path = next((shared / "formats/douyin-fans-labelled").glob("*.csv"))
    with pytest.raises(InputError, match="a list of accounts"):
        inspect(path)


def test_the_guess_for_a_file_without_a_header_takes_no_time_for_a_text(file):
    path = file("2026-11-11 20:00:00,u0,好看\n2026-11-11 20:00:01,u1,多少钱呀\n", "a.csv")
    with pytest.raises(InputError) as caught:
        read_comments(path)
    assert "--map 1=ts --map 2=user_name --map 3=text" in caught.value.en

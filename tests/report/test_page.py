"""The report page: what it says, what it hides, and that nothing in it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.comment import Comment, CommentBatch
from detector.errors import UsageError
from detector.report import render_report, write_report
from detector.verdict import AccountSummary, Campaign, Reason, Verdicts

Judge = Callable[..., tuple[CommentBatch, Verdicts]]
Room = tuple[CommentBatch, Verdicts]
START_MS = 1_794_398_400_000.0
KEY = b"k" * 32

RUN: dict[str, Any] = {
    "zhenping": "0.1.0",
    "created_at": "2026-11-11T16:30:00+00:00",
    "command": "zhenping score 弹幕.csv -o out/",
    "tz": "Asia/Shanghai",
    "inputs": [
        {
            "path": "/home/limei/弹幕.csv",
            "sha256": "9d2f41c07be2a5588f0d",
            "bytes": 1_500_000,
            "read": {
                "format": "csv", "encoding": "gb18030", "rows_read": 1_007, "rows_kept": 5,
                "skipped": {"empty_text": 1_002, "bad_json": 0},
                "columns": {"text": "评论内容"},
                "time": {"from": None, "to": None, "source": "event", "unparsed": 4},
                "id_quality": {"real": 4, "none": 1},
                "warnings": [{"en": "ids are damaged", "zh": "id 已损坏"}],
            },
        }
    ],
    "model": {"model_id": "m-1", "profile": "balanced", "tokenizer": "rjieba 0.2.2"},
    "timings_s": {"score": 1.25},
}  # fmt: skip

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>' `",
    "{{ 7*7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "\x1b[31mred\x1b[0m",
    "薇\u200b信",
    "\u202egnp.exe",
    "\ud83d",
)


class Page(HTMLParser):
    """The page as a browser takes it apart: tags with attributes, and the words shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.in_style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def campaign(**over: object) -> Campaign:
    values: dict[str, object] = {
        "campaign_id": "C-1",
        "room_id": "7",
        "session_id": "s",
        "label": "solicitation",
        "template": "加薇领{N}元",
        "comments": 2,
        "accounts": 2,
        "flagged": 2,
        "first_ts_ms": START_MS + 30_000,
        "last_ts_ms": START_MS + 60_000,
        "score": 0.91,
        "samples": ("2", "4", "gone"),
    }
    return Campaign(**(values | over))  # type: ignore[arg-type]


ACCOUNTS = [
    AccountSummary("u1", "小红", 2, 1, 0.5, (), 0.4),
    AccountSummary("u2", "小明", 1, 1, 1.0, ("C-1",), 0.95),
    AccountSummary("u9", "路人", 3, 0, 0.0, (), 0.01),
]


def test_the_page_says_what_was_found(room: Room) -> None:
    page = Page(render_report(*room, [campaign()], ACCOUNTS, RUN, key=KEY))
    for words in (
        "4 条评论中，2 条高风险，1 条待复核",
        "辅助判断，不构成处罚决定",
        "弹幕.csv",
        "9d2f41c07be2",
        "2026-11-11 20:00:00 – 20:01:30",
        "m-1",
        "档位 balanced",
        "2026-11-12 00:30",
        "另有 1 行礼物、进场等不判定",
        "加薇领{N}元",
        "30 秒",
        "出现 2 次，2 个账号",
        "99.9%",
        "留了联系方式",
        "1.5 MB",
        "读到1,007 · 采用 5",
        "没有文本 1,002",
        "评论内容 → text",
        "真实 ID 4 · 无 ID 1",
        "发言时间 · 无法解析 4 行",
        "id 已损坏",
        "zhenping score 弹幕.csv -o out/",
        "rjieba 0.2.2",
        "score 1.2 s",
    ):
        assert words in page.text
    assert "JSON 损坏" not in page.text
    assert "limei" not in page.text


def test_the_page_speaks_english(room: Room) -> None:
    page = Page(render_report(*room, [campaign()], ACCOUNTS, RUN, lang="en", key=KEY))
    assert page.tags[0] == ("html", {"lang": "en"})
    for words in ("4 comments: 2 high risk, 1 to review", "leaves a contact", "ids are damaged", "user-"):
        assert words in page.text
    own_words = page.text.replace("弹幕.csv", "")
    for theirs in ("加薇领券", "加薇领", "买买买", "元", "评论内容", "真"):
        own_words = own_words.replace(theirs, "")
    assert re.findall("[\u4e00-\u9fff]+", own_words) == []


def test_accounts_appear_under_code_names_that_change_with_the_key(room: Room) -> None:
    one = Page(render_report(*room, [], ACCOUNTS, RUN, key=KEY)).text
    two = Page(render_report(*room, [], ACCOUNTS, RUN, key=b"other")).text
    names = re.findall("用户-[0-9a-f]{6}", one)
    assert set(names) & set(re.findall("用户-[0-9a-f]{6}", two)) == set()
    # The accounts table: u2 first, then u1; u9 has nothing flagged and is not named.
    assert names[-2:] == [names[0], names[1]]
    assert len(set(names)) == 2
    assert [name for name in ("小红", "小明", "路人", "u1", "u2") if name in one] == []


def test_two_reports_without_a_key_cannot_be_joined(room: Room) -> None:
    names = [set(re.findall("用户-[0-9a-f]{6}", render_report(*room, [], ACCOUNTS, RUN))) for _ in range(2)]
    assert names[0] & names[1] == set()


def test_the_same_key_gives_the_same_page(room: Room) -> None:
    assert render_report(*room, [campaign()], ACCOUNTS, RUN, key=KEY) == render_report(
        *room, [campaign()], ACCOUNTS, RUN, key=KEY
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_becomes_part_of_the_page_wherever_it_stands(judge: Judge, hostile: str) -> None:
    def page_with(text: str) -> Page:
        reason = Reason(code=text, zh=text, en=text)
        batch, verdicts = judge(
            [
                (
                    Comment(text=text, comment_id=text, user_id=text, user_name=text),
                    "high_risk",
                    "solicitation",
                    0.9,
                )
            ],
            reasons=[(reason,)],
            campaign_id=["C"],
            model_id=text,
        )
        run = {
            "zhenping": text, "created_at": text, "command": text,
            "inputs": [{"path": text, "sha256": text, "bytes": text, "read": {
                "format": text, "encoding": text, "skipped": {text: 3}, "columns": {text: text},
                "time": {"source": text}, "id_quality": {text: 1}, "warnings": [text],
            }}],
            "model": {"profile": text, "tokenizer": text}, "timings_s": {text: 1.0},
        }  # fmt: skip
        groups = [campaign(campaign_id="C", template=text, samples=(text,), label=text)]
        return Page(
            render_report(
                batch, verdicts, groups, [AccountSummary(text, text, 1, 1, 1.0, ("C",), 0.9)], run, key=KEY
            )
        )

    page, harmless = page_with(hostile), page_with("x")

    def skeleton(of: Page) -> list[tuple[str, dict[str, str | None]]]:
        return [(tag, attrs) for tag, attrs in of.tags if attrs.get("class") != "hidden"]

    assert skeleton(page) == skeleton(harmless)


def test_what_cannot_be_seen_is_shown(judge: Judge) -> None:
    comment = Comment(text="薇\u200b信\u202e\x1b[31m", comment_id="1")
    html = render_report(*judge([(comment, "review", "bot_flood", 0.8)]), [], [], {}, key=KEY)
    for code in ("U+200B", "U+202E", "U+001B"):
        assert html.count(f'<span class="hidden">{code}</span>') == 1
    assert re.findall("[\u200b\u202e\x1b]", html) == []


def test_the_page_may_load_nothing_and_run_nothing(room: Room) -> None:
    html = render_report(*room, [campaign()], ACCOUNTS, RUN, key=KEY)
    page = Page(html)
    policy = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]
    assert [a["content"] for tag, a in page.tags if a.get("name") == "robots"] == [
        "noindex, nofollow, noarchive"
    ]
    tags = {tag for tag, _ in page.tags}
    assert (
        tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "audio", "video"} == set()
    )
    addresses = [a[name] for _, a in page.tags for name in ("href", "src", "action", "srcset") if name in a]
    assert [address for address in addresses if not str(address).startswith("#")] == []
    assert re.findall(r"https?:|//|url\(|@import", html) == []
    assert [name for _, a in page.tags for name in a if name.startswith("on")] == []


def test_every_link_in_the_page_leads_somewhere(room: Room) -> None:
    page = Page(render_report(*room, [campaign()], ACCOUNTS, RUN, key=KEY))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for _, a in page.tags if "href" in a} | {
        a["for"] for t, a in page.tags if t == "label"
    }
    assert targets - set(ids) == set()


def test_the_riskiest_come_first_and_one_campaign_does_not_fill_the_list(judge: Judge) -> None:
    lures = [
        (Comment(text=f"加薇{n}", comment_id=f"l{n}"), "high_risk", "solicitation", 0.99 - n / 1000)
        for n in range(30)
    ]
    floods = [
        (Comment(text=f"冲{n}", comment_id=f"f{n}"), "review", "bot_flood", 0.8 - n / 1000) for n in range(250)
    ]
    batch, verdicts = judge(lures + floods, campaign_id=["C-1"] * 30 + [""] * 250)
    page = Page(render_report(batch, verdicts, [campaign()], [], RUN, key=KEY))
    quotes = re.findall(r"(?:加薇|冲)\d+(?=.用户|.未知账号)", re.sub(r"\s+", " ", "".join(page.words)))
    assert quotes == [f"加薇{n}" for n in range(20)] + [f"冲{n}" for n in range(180)]
    assert "显示前 200 组，共 280 组。 每个团伙最多列 20 组。" in page.text


def test_redelivered_comments_are_not_counted_twice(judge: Judge) -> None:
    again = (Comment(text="加薇", comment_id="1"), "high_risk", "solicitation", 0.9)
    page = Page(render_report(*judge([again, again], duplicate=np.array([False, True])), [], [], {}, key=KEY))
    assert "1 条评论中，1 条高风险，0 条待复核" in page.text
    assert "重复投递 1 行不重复计" in page.text


def test_a_clean_room_and_a_run_without_record_have_their_own_words(judge: Judge) -> None:
    page = Page(
        render_report(*judge([(Comment(text="好看", comment_id="1"), "pass", "normal", 0.1)]), [], [], {})
    )
    for words in (
        "1 条评论，没有发现高风险或待复核",
        "没有可用的时间",
        "没有发现共用模板的账号群。",
        "没有待复核或高风险的评论。",
        "没有账号发过被标记的评论。",
        "本次运行没有留下读取记录。",
    ):
        assert words in page.text


def test_no_comments_at_all_still_make_a_page(judge: Judge) -> None:
    page = Page(render_report(*judge([]), [], [], {}))
    assert "没有可判定的评论" in page.text
    assert [a["id"] for _, a in page.tags if a.get("id") == "timeline"] == []


@pytest.mark.parametrize(
    "run",
    [
        {"inputs": None, "model": None, "timings_s": None, "tz": None},
        {
            "inputs": [
                "x",
                {"read": None},
                {"read": {"skipped": [], "time": "x", "columns": 3, "warnings": "x"}},
            ]
        },
        {"inputs": [{"bytes": float("nan"), "read": {"rows_read": None, "skipped": {"bad_json": {"n": 2}}}}]},
        {"model": "m", "timings_s": {"score": None}, "created_at": 5},
    ],
)
def test_a_run_record_of_another_shape_leaves_gaps_not_errors(room: Room, run: dict[str, Any]) -> None:
    assert "4 条评论中" in Page(render_report(*room, [], [], run, key=KEY)).text


def test_hostile_bulk_stays_under_one_megabyte(judge: Judge) -> None:
    text = "<\u200b\"\u200c&'" * 2_500
    rows = [
        (Comment(text=f"{n}{text}", comment_id=text, user_id=f"{n}"), "high_risk", "bot_flood", 0.9)
        for n in range(300)
    ]
    reasons = [tuple(Reason("x", text, text) for _ in range(9))] * 300
    batch, verdicts = judge(rows, reasons=reasons)
    groups = [campaign(campaign_id=f"{n}{text}", template=text) for n in range(200)]
    html = render_report(batch, verdicts, groups, [], {"command": text}, key=KEY)
    assert len(html.encode("utf-8")) < 1_000_000
    assert "300" in Page(html).text


def test_an_unknown_zone_or_language_is_refused_by_name(room: Room) -> None:
    with pytest.raises(UsageError, match="unknown time zone 'Mars/Base'"):
        render_report(*room, [], [], {"tz": "Mars/Base"})
    with pytest.raises(UsageError, match="unknown language 'fr'"):
        render_report(*room, [], [], {}, lang="fr")


def test_comments_and_verdicts_must_be_of_one_length(room: Room) -> None:
    with pytest.raises(ValueError, match="1 comments but 5 verdicts"):
        render_report(room[0].take([0]), room[1], [], [], {})


@pytest.fixture
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.browser
def test_a_real_browser_asks_for_nothing_and_complains_of_nothing(
    chromium: Any, judge: Judge, tmp_path: Path
) -> None:
    rows = [
        (
            Comment(text=text, comment_id=str(n), user_id="u", ts_ms=START_MS + n),
            "high_risk",
            "solicitation",
            0.9,
        )
        for n, text in enumerate((*HOSTILE, "长" * 9_000, "a" * 9_000, "Z̷̢͝" * 500))
    ]
    path = tmp_path / "report.html"
    batch, verdicts = judge([*rows, (Comment(text="冲", comment_id="r"), "review", "bot_flood", 0.7)])
    write_report(path, batch, verdicts, [campaign(template=HOSTILE[0])], ACCOUNTS, RUN, key=KEY)
    page = chromium.new_page(viewport={"width": 360, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    assert said == []
    assert asked == [path.as_uri()]
    # Nothing sticks out on a narrow screen, and the filter leaves what it names.
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator(".evidence > li:visible").count() == 15
    page.click("label[for=show-review]")
    assert page.locator(".evidence > li:visible").count() == 1

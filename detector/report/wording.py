"""The words of the report, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from detector.readers.remarks import SKIPS
from detector.verdict import LABEL_ZH, VERDICT_ZH

VERDICT_EN: Final = {"pass": "Pass", "review": "Review", "high_risk": "High risk"}
LABEL_EN: Final = {
    "solicitation": "Solicitation", "bot_flood": "Machine flood",
    "fake_review": "Fake review", "normal": "Normal",
}  # fmt: skip

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "html_lang": ("zh-CN", "en"),
    "brand": ("真评", "zhenping"),
    "title": ("评论真实性报告", "Comment authenticity report"),
    "advice": ("辅助判断，不构成处罚决定", "Advice only: a person decides"),
    "headline": (
        "{n} 条评论中，{high} 条高风险，{review} 条待复核",
        "{n} comments: {high} high risk, {review} to review",
    ),
    "headline_clean": ("{n} 条评论，没有发现高风险或待复核", "{n} comments, nothing high risk or to review"),
    "headline_empty": ("没有可判定的评论", "No comments to judge"),
    "file": ("文件", "File"),
    "more_files": ("等 {n} 个文件", "and {n} files in all"),
    "span": ("时间范围", "Time range"),
    "no_times": ("没有可用的时间", "No usable times"),
    "model": ("模型", "Model"),
    "profile": ("档位", "Profile"),
    "made": ("生成于", "Made"),
    "unknown": ("未知", "unknown"),
    "overview": ("概览", "Overview"),
    "comments": ("评论", "Comments"),
    "not_judged": ("另有 {n} 行礼物、进场等不判定", "{n} gifts, entries and the like not judged"),
    "repeated": ("重复投递 {n} 行不重复计", "redelivered rows not counted: {n}"),
    "organic_wave": ("群体玩梗", "Organic waves"),
    "organic_note": ("口令、扣 1、玩梗，不算造假", "Prompts and memes, not fakes"),
    "protected": ("受保护", "Protected"),
    "protected_note": ("主播、房管、付费粉丝", "Hosts, staff, paying fans"),
    "campaigns": ("疑似团伙", "Campaigns"),
    "campaigns_note": ("共用模板的账号群", "Accounts sharing a template"),
    "accounts": ("账号", "Accounts"),
    "accounts_note": ("其中 {n} 个有标记", "{n} with flagged comments"),
    "timeline": ("时间线", "Timeline"),
    "all_comments": ("全部评论", "All comments"),
    "flagged": ("待复核与高风险", "To review and high risk"),
    "axis_clock": ("每格 {step}，时区 {tz}", "{step} per bar, {tz}"),
    "axis_recording": ("每格 {step}，从录制开始计时", "{step} per bar, from the start of the recording"),
    "axis_order": (
        "没有可用的时间：按先后顺序，每格 {step} 条",
        "No usable times: in order, {step} comments per bar",
    ),
    "untimed": ("{n} 条评论没有时间，不在图中。", "{n} comments have no time and are not shown."),
    "busiest": (
        "最集中处：{start} 起的一格，{n} 条评论中 {high} 条高风险，{review} 条待复核。",
        "Busiest: the bar from {start}, {n} comments of which {high} high risk, {review} to review.",
    ),
    "busiest_none": ("整段没有被标记的评论。", "Nothing is flagged in the whole span."),
    "most": ("最多 {n}", "max {n}"),
    "rooms": ("房间", "Rooms"),
    "rooms_intro": (
        (
            "每个房间（场次）整体看：按模型概率估计的不真实评论占比，括号内是 95% 区间（近似文本同对同错）；"
            "刷屏时段是最近 50 条评论中 15 条以上被标记的时段。"
        ),
        (
            "Each room (session) as a whole: the expected share of inauthentic comments by the model's "
            "probabilities, with a 95 % interval (near-copies are right or wrong together). A flood is a stretch in "
            "which 15 or more of the last 50 comments were flagged."
        ),
    ),
    "rooms_cut": ("显示前 {n} 个，共 {m} 个；其余见 run.json。", "{n} of {m} shown; see run.json."),
    "room_share": ("不真实占比", "Inauthentic"),
    "room_floods": ("刷屏时段", "Floods"),
    "room_flood": ("{m} 条中标记 {n} 条", "{n} of {m} comments flagged"),
    "room_no_floods": ("没有", "none"),
    "room_more_floods": ("另有 {n} 段", "{n} more"),
    "campaigns_intro": (
        (
            "模板相近、或由同一批账号发出的一组评论。先看团伙：一次判断可以覆盖很多条评论。协同分是与本房间"
            "平常情况相比的意外程度，每高 1 分，碰巧的机会小十倍。"
        ),
        (
            "Comments of one template, or of the same accounts. Look here first: one decision covers many "
            "comments. Coordination is the surprise against what is usual in this room: each point makes "
            "chance ten times less likely."
        ),
    ),
    "campaigns_none": ("没有发现共用模板的账号群。", "No accounts sharing a template were found."),
    "campaigns_cut": (
        "显示前 {n} 个，共 {m} 个；其余见 campaigns.csv。",
        "{n} of {m} shown; see campaigns.csv.",
    ),
    "template": ("模板", "Template"),
    "other_templates": ("也发", "also"),
    "score": ("协同分", "Coordination"),
    "far_beyond": ("远超偶然", "far beyond chance"),
    "beyond": ("超出偶然", "beyond chance"),
    "by_chance": ("可能是偶然", "may be chance"),
    "chance_unknown": (
        "账号无法区分，不能和偶然雷同比较。",
        "Accounts cannot be told apart, so this cannot be weighed against chance.",
    ),
    "chance_one": (
        "房间的 {span} 条评论里，没有别的账号重复这些话：是自己刷，不是多人协同。",
        "Within {span} comments of the room no other account repeated it: one voice, not a group.",
    ),
    "chance_repeats": (
        "房间的 {span} 条评论里，同样的话碰巧会被别的账号重复 {expected} 次，这里是 {n} 次。",
        (
            "Within {span} comments of the room, by chance other accounts would repeat such a text {expected} "
            "times; here they did {n} times."
        ),
    ),
    "chance_fresh": (
        "这些账号有 {fresh} 是第一次开口，同期全房间是 {room}。",
        "For {fresh} of its accounts these were the first words; in the room at that time, for {room}.",
    ),
    "chance_shared": (
        "有 {n} 个账号发过其中不止一个模板。",
        "Accounts that posted more than one of its templates: {n}.",
    ),
    "chance_odds": (
        "碰巧到这个程度的机会：{odds}（p={p}，同场各团伙一并校正后 q={q}）。",
        "Odds of as much by chance: {odds} (p={p}; over all campaigns of the session q={q}).",
    ),
    "odds": ("1/{n}", "1 in {n}"),
    "odds_least": ("不到十亿分之一", "less than 1 in a billion"),
    "other_rooms": ("同样的模板还出现在另外 {n} 个房间。", "Other rooms with the same template: {n}."),
    "merged": ("并入", "merged"),
    "lasted": ("跨度", "Span"),
    "started": ("开始", "Start"),
    "samples": ("样例", "Samples"),
    "of_flagged": ("已标记 {n}", "{n} flagged"),
    "evidence": ("重点证据", "Top evidence"),
    "evidence_intro": (
        "按风险从高到低，相同文本合并。完整结果见 scored.csv。",
        "Highest risk first, same texts together. All results are in scored.csv.",
    ),
    "evidence_cut": ("显示前 {n} 组，共 {m} 组。", "{n} of {m} texts shown."),
    "campaign_cut": ("每个团伙最多列 {n} 组。", "At most {n} of each campaign."),
    "judged_note": ("逐条判定", "each judged on its own"),
    "evidence_none": ("没有待复核或高风险的评论。", "No comment is high risk or to review."),
    "show_all": ("全部", "All"),
    "risk": ("风险", "Risk"),
    "reasons": ("依据", "Reasons"),
    "no_reasons": ("没有单独突出的依据", "No single reason stands out"),
    "more_reasons": ("还有 {n} 条", "{n} more"),
    "left_out": ("还有 {n} 字", "{n} more characters"),
    "said": ("出现 {n} 次，{m} 个账号", "said {n} times by {m} accounts"),
    "comment_id": ("评论 ID", "Comment"),
    "campaign": ("团伙", "Campaign"),
    "accounts_intro": (
        "账号是本报告内的代号，每份报告都不同。要找到原账号，用评论 ID 到 scored.csv 里查。",
        (
            "Accounts have code names that differ from report to report. To find one, look up the comment id "
            "in scored.csv."
        ),
    ),
    "accounts_none": ("没有账号发过被标记的评论。", "No account has a flagged comment."),
    "accounts_cut": (
        "显示前 {n} 个，共 {m} 个有标记的账号。",
        "{n} of {m} accounts with flagged comments shown.",
    ),
    "account": ("账号", "Account"),
    "share": ("标记比例", "Flagged share"),
    "mean_risk": ("综合分", "Score"),
    "flagged_count": ("被标记", "Flagged"),
    "account_prefix": ("用户", "user"),
    "account_unknown": ("未知账号", "unknown account"),
    "quality": ("数据质量", "Data quality"),
    "quality_intro": (
        "输入缺什么，相应的依据就不参与判断。",
        "What the input lacks takes no part in the judgement.",
    ),
    "quality_none": ("本次运行没有留下读取记录。", "This run left no record of reading."),
    "rows_read": ("读到", "Rows read"),
    "rows_kept": ("采用", "Rows kept"),
    "skipped": ("跳过", "Skipped"),
    "format": ("格式", "Format"),
    "encoding": ("编码", "Encoding"),
    "size": ("大小", "Size"),
    "columns": ("列映射", "Columns"),
    "ids": ("账号 ID", "Account ids"),
    "times": ("时间来源", "Time source"),
    "unparsed": ("无法解析 {n} 行", "{n} not understood"),
    "nothing_skipped": ("没有跳过", "nothing"),
    "warnings": ("提醒", "Warnings"),
    "no_warnings": ("没有提醒", "none"),
    "method": ("方法与局限", "Method and limits"),
    "reproduce": ("如何复现", "How to reproduce"),
    "reproduce_intro": (
        "同样的文件、模型和版本，得到同样的结果。",
        "Same file, model and version: same results.",
    ),
    "command": ("命令", "Command"),
    "version": ("版本", "Version"),
    "tokenizer": ("分词", "Tokenizer"),
    "timings": ("用时", "Timings"),
    "hidden_note": (
        "带底纹的 U+… 是原文里看不见的字符。",
        "Shaded U+… are characters of the text that cannot be seen.",
    ),
    "seconds": ("{n} 秒", "{n} s"),
    "minutes": ("{n} 分钟", "{n} min"),
    "hours": ("{n} 小时", "{n} h"),
    "days": ("{n} 天", "{n} d"),
}

METHOD: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "怎么看",
        (
            "按先后顺序逐条读评论，只用这条评论出现之前的情况：写了什么、有没有联系方式、是否与别人雷同、发言"
            "的节奏、账号此前的表现。由此得出引流、刷屏、虚假评论三个概率，最大的一个是风险。"
        ),
        "How it looks",
        (
            "Comments are read one by one in order, each with only what came before it: the wording, "
            "contacts, likeness to what others said, the rhythm, and what the account did so far. This gives "
            "three probabilities: solicitation, machine flood, fake review. The largest is the risk."
        ),
    ),
    (
        "怎么定",
        ("概率超过所选档位的阈值，才标为待复核或高风险。主播、房管和付费粉丝，单凭自己的发言不会被判高风险。"),
        "How it decides",
        (
            "A comment is to review or high risk when a probability passes the threshold of the chosen "
            "profile. Hosts, staff and paying fans are never high risk on their own words alone."
        ),
    ),
    (
        "会误伤",
        (
            "口令、抽奖、扣 1、玩梗、新观众涌入、方言和很短的话，看起来会像刷屏。批评和差评本身不是问题，不要"
            "因为态度负面而处置。"
        ),
        "Where it errs",
        (
            "Prompts, lotteries, memes, a rush of new viewers, dialect and very short texts can look like a "
            "flood. Criticism and bad reviews are no fault: do not act on a comment for being negative."
        ),
    ),
    (
        "会漏掉",
        "由人逐条改写、放慢、分散到很多账号的造假，证据少，可能漏掉。图片、语音和私信不在判断之内。",
        "What it misses",
        (
            "Fakes rewritten by hand, slowed down or spread over many accounts leave little evidence. "
            "Pictures, voice and private messages are not read."
        ),
    ),
    (
        "谁决定",
        "这里给的是线索和依据。折叠、限流或申诉，由了解情况的人核对后决定，并保留依据。",
        "Who decides",
        (
            "This page gives leads and reasons. A person who knows the case checks them, decides, and keeps "
            "the reasons."
        ),
    ),
    (
        "隐私",
        "账号已换成代号，但评论原文在平台上仍可能搜到，请按个人信息保管本页。",
        "Privacy",
        (
            "Accounts have code names, yet a text can be searched for on its platform: keep this page as "
            "personal data."
        ),
    ),
)

CODES: Final[Mapping[str, tuple[str, str]]] = {
    "real": ("真实 ID", "real ids"), "hash": ("哈希 ID", "hashed ids"), "masked": ("打码", "masked"),
    "name_only": ("只有昵称", "names only"), "none": ("无 ID", "no id"),
    "event": ("发言时间", "event time"), "server": ("服务器时间", "server time"),
    "arrival": ("收到时间", "arrival time"), "id_derived": ("由 ID 推出", "derived from ids"),
    "video_offset": ("录像位置", "place in the recording"), "minute_marker": ("整分钟", "whole minutes"),
    "date_only": ("只有日期", "dates only"), "order_only": ("只有先后", "order only"),
}  # fmt: skip


def words(lang: str) -> dict[str, str]:
    """Every word of the page in ``lang`` (``zh`` or ``en``)."""
    return {key: pair[0] if lang == "zh" else pair[1] for key, pair in WORDS.items()}


def method(lang: str) -> list[tuple[str, str]]:
    """Headings and paragraphs of how it works and where it errs."""
    return [(zh, zh_text) if lang == "zh" else (en, en_text) for zh, zh_text, en, en_text in METHOD]


def verdict_words(lang: str) -> Mapping[str, str]:
    """Verdict code to its word."""
    return VERDICT_ZH if lang == "zh" else VERDICT_EN


def label_words(lang: str) -> Mapping[str, str]:
    """Label code to its word."""
    return LABEL_ZH if lang == "zh" else LABEL_EN


def code_word(code: str, lang: str) -> str:
    """What a reader's code means; the code itself if it is a new one."""
    if code in SKIPS:
        en, zh = SKIPS[code]
    else:
        zh, en = CODES.get(code, (code, code))
    return zh if lang == "zh" else en


def duration(seconds: float, lang: str) -> str:
    """A span of time with its two largest units; empty if unknown."""
    if not seconds >= 0:
        return ""
    whole = round(seconds)
    units = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
    parts = []
    for word, size in units:
        if whole >= size:
            parts.append(WORDS[word][0 if lang == "zh" else 1].format(n=whole // size))
            whole %= size
    return " ".join(parts[:2]) or WORDS["seconds"][0 if lang == "zh" else 1].format(n=whole)

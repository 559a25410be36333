"""What a reader remarks about a file, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Code -> (en, zh). ``{n}`` is how often, ``{detail}`` the first examples; ``[one|many]`` see ``in_number``.
REMARKS: Final[Mapping[str, tuple[str, str]]] = {
    "not_read": (
        "{n} [file is no comment table and was|files are no comment tables and were] not read: {detail}",
        "{n} 个文件不是评论表，没有读取：{detail}",
    ),
    "hidden_files": ("{n} hidden [file was|files were] left out: {detail}", "{n} 个隐藏文件没有读取：{detail}"),
    "cut_archive": (
        "{n} compressed [file is|files are] cut or damaged; what stands before the damage was read: {detail}",
        "{n} 个压缩文件不完整或已损坏；已读取损坏处之前的内容：{detail}",
    ),
    "one_stream": (
        "{n} files name neither room nor session and follow one another: read as one stream in time order",
        "{n} 个文件没有房间和场次列，且时间前后相接：按时间顺序当作同一场读取",
    ),
    "own_sessions": (
        ("{n} files name neither room nor session and run at the same time or have no times: each is taken "
         "for a session of its own. If they are one, give them a session column. Files: {detail}"),
        ("{n} 个文件没有房间和场次列，且时间重叠或没有时间：每个文件当作单独一场。"
         "如果其实是同一场，请加上场次列。文件：{detail}"),
    ),
    "python_literals": (
        "{n} [object is|objects are] written in Python's way, not as JSON; [it was|they were] read all the same",
        "{n} 个对象是 Python 写法而不是 JSON；已照常读取",
    ),
    "undecodable_bytes": (
        "{n} [byte is|bytes are] not {detail} and [was|were] replaced by U+FFFD; if many, name the encoding with --encoding",
        "{n} 个字节不是合法的 {detail}，已替换为 U+FFFD；如果很多，请用 --encoding 指定编码",
    ),
    "encoding_uncertain": (
        "the encoding is a guess ({detail}); if the text looks wrong, name it with --encoding",
        "编码是推测的（{detail}）；如果文字显示不对，请用 --encoding 指定",
    ),
    "nul_bytes": ("{n} NUL [character was|characters were] removed", "删除了 {n} 个 NUL 字符"),
    "bom_inside": (
        "{n} byte order [mark inside the file was|marks inside the file were] removed (files were joined?)",
        "删除了文件中间的 {n} 个 BOM（可能由多个文件拼接而成）",
    ),
    "ragged_short": (
        "{n} [row has|rows have] fewer cells than the header; the missing cells are empty",
        "{n} 行的列数少于表头；缺少的单元格按空处理",
    ),
    "ragged_long": (
        "{n} [row has|rows have] more cells than the header; the surplus was joined to the text (unquoted separators)",
        "{n} 行的列数多于表头；多出的部分已并入文本（分隔符没有加引号）",
    ),
    "unclosed_quote": (
        "{n} [row holds|rows hold] quotes that do not pair; they were read as text",
        "{n} 行的引号不成对；已把引号当作普通文字",
    ),
    "stray_cr": (
        "{n} [row contains|rows contain] a bare carriage return; it was read as a space",
        "{n} 行含有单独的回车符；已当作空格",
    ),
    "lines_before_header": (
        "{n} [line before the header was|lines before the header were] passed over: {detail}",
        "表头之前的 {n} 行没有读取：{detail}",
    ),
    "double_header": ("several columns mean the same field: {detail}", "多列对应同一个字段：{detail}"),
    "renamed_header": ("a header occurs twice and was renamed: {detail}", "表头重名，已改名：{detail}"),
    "unknown_kind": (
        "{n} [row has|rows have] a kind that is not known (read as other, not scored): {detail}",
        "{n} 行的类型不认识（按 other 处理，不评分）：{detail}",
    ),
    "unknown_ts_source": (
        "{n} [row has|rows have] an unknown ts_source: {detail}",
        "{n} 行的 ts_source 不认识：{detail}",
    ),
    "unknown_id_quality": (
        "{n} [row has|rows have] an unknown user_id_quality: {detail}",
        "{n} 行的 user_id_quality 不认识：{detail}",
    ),
    "number_unparsed": (
        "{n} [number|numbers] could not be read (unknown): {detail}",
        "{n} 个数值无法解析（按未知）：{detail}",
    ),
    "flag_unparsed": (
        "{n} yes/no [cell|cells] could not be read: {detail}",
        "{n} 个是/否单元格无法解析：{detail}",
    ),
    "time_unparsed": (
        "{n} [time could not be read; the row is|times could not be read; the rows are] kept without a time: {detail}",
        "{n} 行时间无法解析（保留，不进时间窗）：{detail}",
    ),
    "other_time_unparsed": (
        "{n} purchase or registration [time|times] could not be read: {detail}",
        "{n} 个购买/注册时间无法解析：{detail}",
    ),
    "time_missing": ("{n} [row has|rows have] no time", "{n} 行没有时间"),
    "ids_repeat": (
        "many comments share one comment_id: the column names something else; {n} [comment was|comments were] numbered instead",
        "很多评论共用同一个 comment_id：该列不是评论 ID；已改用行号编号（{n} 条）",
    ),
    "evenly_spaced": (
        "the times are evenly spaced, as if made up from the order: only the order is used",
        "时间间隔完全均匀，像是按顺序编出来的：只使用先后顺序",
    ),
    "no_time": (
        "there is no time column: speed and bursts are judged by order only",
        "没有时间列：只能按先后顺序判断速度和爆发",
    ),
    "anonymous": (
        ("{n} [row has|rows have] no usable account (user_id empty, 0 or 111111, or a masked name): account "
         "signals are off for [it|them]"),
        "{n} 行没有可用账号（user_id 为空、0、111111 或打码昵称）：不计算账号特征",
    ),
    "name_only": (
        "{n} [row has|rows have] a nickname but no id: people who share a nickname look like one account",
        "{n} 行只有昵称没有 id：同名的人会被看成同一个账号",
    ),
    "text_cut": (
        "{n} [text is|texts are] longer than 10,000 characters; only the beginning is judged",
        "{n} 条文本超过 10,000 字；只评判开头部分",
    ),
    "broken_characters": (
        "{n} [column holds|columns hold] half characters (lone surrogates), replaced by U+FFFD",
        "{n} 列含有残缺字符（孤立代理项），已替换为 U+FFFD",
    ),
    "damaged_ids": (
        ("{n} [id has lost its|ids have lost their] last digits ({detail}): a spreadsheet saved [it as a number|them as numbers]. Use "
         "the original export"),
        "{n} 个 id 的末位数字已丢失（{detail}）：被表格软件当成数字保存过。请用原始导出文件",
    ),
    "ids_end_in_zeros": (
        ("{n} long [id ends|ids end] in 000: the file may have been saved by Excel, which damages ids. Use "
         "the original export"),
        "{n} 个长 id 以 000 结尾：文件可能被 Excel 另存过，id 已损坏。请用原始导出文件",
    ),
    "derived_ids": (
        "{n} [row has|rows have] no comment id; one was made from the file's digest and the line number",
        "{n} 行没有评论 id；已用文件摘要和行号生成",
    ),
    "other_sheets": (
        "only the first sheet with rows was read; not read: {detail}",
        "只读取了第一个有内容的工作表；未读：{detail}",
    ),
    "no_event": (
        "{n} [line or object is not about an event and was|lines or objects are not about an event and were] passed over",
        "{n} 行/项不是弹幕或互动事件，已略过",
    ),
    "read_item_by_item": (
        "the document is cut, broken or very large: what stands under {detail} was read one by one",
        "文档被截断、损坏或过大：已逐条读取 {detail} 下的内容",
    ),
    "default_text": (
        "{n} [review holds|reviews hold] only what the platform writes where the buyer wrote nothing: not scored",
        "{n} 条评价只有平台的默认文字（买家没有填写）：不评分",
    ),
    "cut_xml": (
        "the XML ends before its last tag (an interrupted recording?): everything before was read",
        "XML 没有写完（录制中断？）：中断之前的内容都已读取",
    ),
    "broken_xml": (
        "{n} [element has|elements have] no end tag; each was read up to the next one",
        "{n} 个 XML 元素没有结束标签；已读到下一个元素为止",
    ),
    "xml_characters": (
        "{n} [character that XML does not allow was|characters that XML does not allow were] removed",
        "删除了 {n} 个 XML 不允许的字符",
    ),
    "follow_up_column": (
        "{n} [review has|reviews have] a follow-up in a column of its own: it is kept, but only the review is scored",
        "{n} 条评价另有追评列：保留该列，但只对评价本身评分",
    ),
    "nothing_to_score": (
        "no row is a comment or a review: nothing will be scored",
        "没有一行是评论或评价：不会有评分结果",
    ),
}  # fmt: skip

# Reasons for leaving a row out -> (en, zh).
SKIPS: Final[Mapping[str, tuple[str, str]]] = {
    "empty_text": ("no text", "没有文本"),
    "text_is_not_text": ("the text is an object or a list", "文本是对象或数组"),
    "bad_json": ("broken JSON", "JSON 损坏"),
    "not_an_object": ("not a JSON object", "不是 JSON 对象"),
    "unreadable_line": ("a line that is not of this format", "不符合此格式的行"),
    "unreadable_item": ("an item that is not of this format", "不符合此格式的条目"),
    "bad_xml": ("broken XML", "XML 损坏"),
    "line_too_long": ("longer than 1 MiB", "超过 1 MiB"),
}

# What people and times are known by, and what events are: code -> (en, zh).
ID_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "real": ("real ids", "真实 id"), "hash": ("hashed ids", "哈希 id"), "masked": ("masked", "打码"),
    "name_only": ("nicknames only", "仅昵称"), "none": ("no account", "没有账号"),
}  # fmt: skip
TIME_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "event": ("when it was said", "发言时间"), "server": ("the server's clock", "服务器时间"),
    "arrival": ("when it was received", "收到时间"), "id_derived": ("told by the message ids", "由消息 id 推出"),
    "video_offset": ("place in the video", "视频内时间"), "minute_marker": ("whole minutes", "只到分钟"),
    "date_only": ("days only", "只到日期"), "order_only": ("no times, order only", "没有时间，只有先后"),
}  # fmt: skip
KIND_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "comment": ("comments", "弹幕/评论"), "review": ("reviews", "评价"), "reply": ("replies", "回复"),
    "append": ("follow-up reviews", "追评"), "superchat": ("super chats", "醒目留言"), "emoji": ("stickers", "表情"),
    "voice": ("voice messages", "语音"), "gift": ("gifts", "礼物"), "like": ("likes", "点赞"),
    "enter": ("enters", "进场"), "follow": ("follows", "关注"), "share": ("shares", "分享"),
    "member": ("memberships", "会员/上舰"), "stats": ("figures of the room", "统计"), "shopping": ("goods", "商品"),
    "control": ("control messages", "控制消息"), "delete": ("deletions", "删除"), "other": ("others", "其他"),
}  # fmt: skip

_NUMBER = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\]")


def in_number(words: str, n: int) -> str:
    """English words about ``n`` things: of each ``[one|many]`` the first for one, else the second.

    >>> in_number("{n} [row has|rows have] no time", 1)
    '{n} row has no time'
    """
    return _NUMBER.sub(r"\1" if n == 1 else r"\2", words)


# Controls, direction overrides and broken characters could repaint a terminal or hide what was read.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def unshown(text: str, mark: str = "\ufffd") -> str:
    """The text with ``mark`` for every character that could repaint a terminal or hide in it."""
    return _UNSHOWN.sub(mark, text)


def shown(text: str, *, most: int = 40) -> str:
    """A short form of foreign text that is safe to show in a terminal or a message."""
    plain = unshown(text[: most + 1])
    return plain if len(plain) <= most else plain[: most - 1] + "…"

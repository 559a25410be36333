"""The detector: comments in, verdicts out. A dump is a stream that has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.bundle import Bundle, load_bundle
from detector.bundle.model import probabilities, surface_name, surfaces
from detector.bundle.thresholds import DEFAULT_PROFILE
from detector.campaigns import find_campaigns, summarise_accounts
from detector.comment import Comment, CommentBatch
from detector.engine import SCHEMA, FeatureEngine, FeatureFrame
from detector.errors import BundleError, UsageError
from detector.readers import ReadReport, read_comments, records_to_columns, to_batch
from detector.reasons import explain_rows
from detector.text.normalize import normalize
from detector.text.shape import LONG_HANDLE, LONG_NUMBER
from detector.verdict import (
    HEADS,
    HIGH_RISK,
    LABELS,
    NORMAL,
    PASS,
    REVIEW,
    VERDICTS,
    AccountSummary,
    Campaign,
    Reason,
    Verdicts,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

CHUNK: Final = 16_384
# Chunks that may wait to be judged.
AHEAD: Final = 2
# Badges from this level on mean months of support; the wearer is never high_risk on their own.
LOYAL_BADGE: Final = 10
# A crowd: so many accounts said it this session, hardly more than once or twice each, and they are not a farm.
WAVE_ACCOUNTS: Final = 20
WAVE_POSTS_PER_ACCOUNT: Final = 2.5
WAVE_LOW_SHARE: Final = 0.5
WAVE_FRESH_SHARE: Final = 0.8

Progress = Callable[[int, int], None]


def default_model() -> Path:
    """Where the shipped model lies: in the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parent
    for folder in (package / "models" / "default", package.parent / "models" / "default"):
        if (folder / "manifest.json").is_file():
            return folder
    raise BundleError(
        "no model is installed with zhenping; name one with --model DIR or train one with zhenping train",
        zh="安装包中没有模型；请用 --model 指定，或用 zhenping train 训练",
    )


@dataclass(frozen=True, slots=True)
class Result:
    """A scored dump, row by row in the order of the input.

    ``frame`` is the input with the result columns added, on the same index; ``campaigns`` a table of groups.
    """

    batch: CommentBatch
    verdicts: Verdicts
    groups: tuple[Campaign, ...]
    report: ReadReport | None = None
    table: Any = None
    _rows: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The input's columns, then verdict, label, risk, p_*, organic_wave, protected, campaign_id, reasons."""
        import pandas as pd

        v = self.verdicts
        if self.table is not None:
            frame, v = _beside(self.table, v)
        elif self.batch.source.headers:
            frame = pd.DataFrame(dict(zip(self.batch.source.headers, self.batch.source.columns, strict=True)))
        else:
            frame = pd.DataFrame({"text": self.batch.text})
        added: dict[str, Any] = {}
        if "comment_id" not in frame.columns:
            added["comment_id"] = v.comment_id
        added["verdict"] = [VERDICTS[code] for code in v.verdict]
        added["label"] = [LABELS[code] for code in v.label]
        added["risk"] = v.risk
        added |= {f"p_{head}": v.p[:, column] for column, head in enumerate(HEADS)}
        added |= {"organic_wave": v.organic_wave, "protected": v.protected, "campaign_id": v.campaign_id}
        added["reasons"] = ["; ".join(reason.zh for reason in reasons) for reasons in v.reasons]
        frame = frame.rename(columns={name: f"{name}_in" for name in added if name in frame.columns})
        return frame.assign(**{name: pd.Series(column, index=frame.index) for name, column in added.items()})

    @property
    def campaigns(self) -> pd.DataFrame:
        """One row per campaign, the largest first."""
        import dataclasses

        import pandas as pd

        names = [f.name for f in dataclasses.fields(Campaign)]
        return pd.DataFrame([[getattr(group, name) for name in names] for group in self.groups], columns=names)

    def accounts(self) -> list[AccountSummary]:
        """What each account did, the riskiest first."""
        return summarise_accounts(self.batch, self.verdicts)

    def explain(self, comment_id: str) -> tuple[Reason, ...]:
        """The reasons for one comment's verdict, the most telling first. Raises UsageError for an unknown id."""
        if not self._rows:
            self._rows.update({name: row for row, name in reversed(list(enumerate(self.verdicts.comment_id)))})
        if comment_id not in self._rows:
            raise UsageError(
                f"no comment with id {comment_id!r} in this result", zh=f"结果中没有评论 {comment_id!r}"
            )
        return self.verdicts.reasons[self._rows[comment_id]]


class Detector:
    """A loaded model with one profile of thresholds."""

    def __init__(self, bundle: Bundle, *, profile: str = DEFAULT_PROFILE) -> None:
        self.bundle = bundle
        self.profile = profile
        self._cuts = np.array(
            [
                [
                    [bundle.thresholds.cut(profile, surface_name(s), head, VERDICTS[level]) for head in HEADS]
                    for s in (0, 1)
                ]
                for level in (REVIEW, HIGH_RISK)
            ]
        )

    @classmethod
    def load(cls, path: str | Path | None = None, *, profile: str = DEFAULT_PROFILE) -> Detector:
        """Load a bundle's folder, or the shipped model. Raises BundleError if it cannot be trusted."""
        return cls(load_bundle(path if path is not None else default_model()), profile=profile)

    def score(
        self,
        comments: pd.DataFrame | CommentBatch | Iterable[Comment] | Iterable[Mapping[str, object]] | str | Path,
        *,
        mapping: Mapping[str, str] | None = None,
        tz: str = "Asia/Shanghai",
        progress: Progress | None = None,
    ) -> Result:
        """Score a table, a list of dicts or Comments, a batch, or a file.

        Comments are replayed in time order; the result has one row per comment that could be read, in the order
        of the input. Raises InputError where nothing can be read as comments.
        """
        batch, report, table = _as_batch(comments, mapping, tz)
        order = batch.replay_order()
        in_order = bool((order == np.arange(len(batch))).all())
        replayed = batch if in_order else batch.take(order)
        engine = FeatureEngine(wording=self.bundle.wording)
        judging: list[Future[Verdicts]] = []
        groups = []
        # What a chunk is judged to be changes nothing for the next: one thread observes, another judges.
        with ThreadPoolExecutor(1) as judge:
            for start in range(0, max(len(batch), 1), CHUNK):
                part = replayed.slice(start, start + CHUNK)
                frame = engine.observe(part)
                judging.append(judge.submit(self.judge, part, frame))
                groups.append(frame.group)
                if len(judging) > AHEAD:
                    judging[-1 - AHEAD].result()
                if progress:
                    progress(min(start + CHUNK, len(batch)), len(batch))
        verdicts = _repeat_redelivered(replayed, Verdicts.concat([judged.result() for judged in judging]))
        found, verdicts = find_campaigns(replayed, verdicts, np.concatenate(groups))
        if not in_order:
            back = np.empty_like(order)
            back[order] = np.arange(len(order))
            verdicts = verdicts.take(back)
        return Result(batch, verdicts, tuple(found), report, table)

    def judge(self, batch: CommentBatch, frame: FeatureFrame) -> Verdicts:
        """Verdicts for observed comments; rows that were not observed have no probability and pass."""
        n = len(batch)
        rows = np.flatnonzero(frame.observed)
        inputs = frame.inputs if len(rows) == n else frame.inputs[rows]
        surface = surfaces(batch)[rows]
        p = np.full((n, len(HEADS)), np.nan)
        p[rows] = probabilities(self.bundle.log_odds(inputs, surface))
        wave = np.zeros(n, dtype=np.bool_)
        wave[rows] = organic_wave(inputs[:, len(HEADS) :])
        protected = protect(batch) | frame.supporter
        verdict = np.zeros(n, dtype=np.uint8)
        label = np.full(n, NORMAL, dtype=np.uint8)
        for level, code in enumerate((REVIEW, HIGH_RISK)):
            over = p[rows] >= self._cuts[level][surface]
            hit = over.any(axis=1)
            verdict[rows[hit]] = code
            # The label is the likeliest of the heads that reached the level, not of those that did not.
            label[rows[hit]] = np.argmax(np.where(over[hit], p[rows[hit]], -1.0), axis=1)
        verdict[(verdict == HIGH_RISK) & (protected | wave)] = REVIEW
        flagged = rows[verdict[rows] != PASS]
        reasons: list[tuple[Reason, ...]] = [()] * n
        place = np.searchsorted(rows, flagged)
        texts = [batch.text[row] for row in flagged]
        explained = explain_rows(self.bundle, inputs[place], surface[place], label[flagged], texts)
        for row, found in zip(flagged.tolist(), explained, strict=True):
            reasons[row] = found
        return Verdicts(
            comment_id=list(batch.comment_id),
            verdict=verdict,
            label=label,
            p=p,
            organic_wave=wave,
            protected=protected,
            duplicate=frame.duplicate,
            campaign_id=[""] * n,
            reasons=reasons,
            model_id=self.bundle.model_id,
        )


def organic_wave(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which comments belong to a crowd that repeats a meme, a lottery word or an answer to the host."""
    at = {name: SCHEMA.names.index(name) for name in SCHEMA.names}
    crowd = values[:, at["copying.accounts_session"]] >= WAVE_ACCOUNTS
    few_each = values[:, at["copying.posts_per_account"]] <= WAVE_POSTS_PER_ACCOUNT
    # Unknown levels speak neither for nor against: comparisons with NaN are false.
    farm = (values[:, at["copying.low_share"]] > WAVE_LOW_SHARE) | (
        values[:, at["copying.fresh_share"]] > WAVE_FRESH_SHARE
    )
    contact = (values[:, at["contact.number_length"]] >= LONG_NUMBER) | (
        values[:, at["contact.handle_length"]] >= LONG_HANDLE
    )
    return np.asarray(crowd & few_each & ~farm & ~contact)


def protect(batch: CommentBatch) -> NDArray[np.bool_]:
    """Which comments come from the host, staff, paying fans or fans of long standing."""
    free = {"", "0", "0.0", "none", "no", "false", "否", "无"}
    paid = np.zeros(len(batch), dtype=np.bool_)
    if any(batch.paid_marker):
        paid[:] = [marker.strip().lower() not in free for marker in batch.paid_marker]
    return np.asarray((batch.is_staff == 1) | paid | (batch.fan_badge_level >= LOYAL_BADGE))


ROW: Final = "zhenping row"


def _beside(table: pd.DataFrame, verdicts: Verdicts) -> tuple[pd.DataFrame, Verdicts]:
    """The caller's table without our row numbers, and the verdicts row by row beside it.

    A row without a text was not judged: it passes, without probabilities.
    """
    at = table[ROW].to_numpy()
    frame = table.drop(columns=ROW)
    missing = at < 0
    if not missing.any():
        return frame, verdicts
    n = len(at)
    blank = Verdicts(
        comment_id=[""], verdict=np.zeros(1, dtype=np.uint8), label=np.full(1, NORMAL, dtype=np.uint8),
        p=np.full((1, len(HEADS)), np.nan), organic_wave=np.zeros(1, dtype=np.bool_),
        protected=np.zeros(1, dtype=np.bool_), duplicate=np.zeros(1, dtype=np.bool_), campaign_id=[""],
        reasons=[()], model_id=verdicts.model_id,
    )  # fmt: skip
    both = Verdicts.concat([verdicts, blank])
    return frame, both.take(np.where(missing, len(verdicts), at).reshape(n))


def _as_batch(
    comments: Any, mapping: Mapping[str, str] | None, tz: str
) -> tuple[CommentBatch, ReadReport | None, Any]:
    if isinstance(comments, CommentBatch):
        return comments, None, None
    if isinstance(comments, str | Path):
        batch, report = read_comments(comments, mapping=mapping, tz=tz)
        return batch, report, None
    report = ReadReport()
    if hasattr(comments, "columns") and hasattr(comments, "index"):
        if not comments.columns.is_unique:
            raise UsageError("the table has two columns of one name; rename one", zh="表中有重名的列，请改名")
        columns = {str(name): comments[name].tolist() for name in comments.columns}
        batch = to_batch(columns | {ROW: list(range(len(comments)))}, report=report, mapping=mapping, tz=tz)
        kept = [int(row) for row in batch.source.columns[batch.source.headers.index(ROW)]]
        at = np.full(len(comments), -1)
        at[kept] = np.arange(len(kept))
        return batch, report, comments.assign(**{ROW: at})
    records = list(comments)
    odd = next((row for row in records if not isinstance(row, Comment | Mapping)), None)
    if odd is not None or len({isinstance(row, Comment) for row in records}) > 1:
        raise UsageError(
            f"score takes a table, a file, dicts such as {{'text': ...}} or Comments, not a list with {odd!r:.40}",
            zh=f"score 接受表格、文件、字典（如 {{'text': ...}}）或 Comment，不接受含 {odd!r:.40} 的列表",
        )
    if records and isinstance(records[0], Comment):
        return CommentBatch.from_comments(records), None, None
    return to_batch(records_to_columns(records), report=report, mapping=mapping, tz=tz), report, None


def _repeat_redelivered(batch: CommentBatch, verdicts: Verdicts) -> Verdicts:
    """Give every redelivered comment the verdict of its first delivery in its session."""
    if not verdicts.duplicate.any():
        return verdicts
    rows = np.arange(len(verdicts))
    judged = ~np.isnan(verdicts.p[:, 0])
    known: dict[tuple[str, str, str, str], int] = {}
    keys = zip(batch.room_id, batch.session_id, batch.comment_id, normalize(batch.text).plain, strict=True)
    for row, key in enumerate(keys):
        if judged[row]:
            known.setdefault(key, row)
        elif verdicts.duplicate[row]:
            rows[row] = known.get(key, row)
    repeated = verdicts.take(rows)
    return Verdicts(
        **{**{name: getattr(repeated, name) for name in Verdicts.__slots__}, "duplicate": verdicts.duplicate}
    )

"""The detector: comments in, verdicts out. A dump is a stream that has ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detector.bundle import load_bundle
from detector.bundle.model import Bundle
from detector.bundle.thresholds import DEFAULT_PROFILE
from detector.campaigns import across_rooms, in_order
from detector.comment import Comment, CommentBatch
from detector.engine import JUDGED_BY
from detector.errors import BundleError, UsageError
from detector.judge import Judge
from detector.readers import ReadReport, read_comments, records_to_columns, to_batch
from detector.result import ROW, Result
from detector.state.sessions import MAX_BYTES
from detector.stream import Pushed, Stream
from detector.stream.gather import DumpVerdicts
from detector.stream.stream import LATENESS_S, seconds

if TYPE_CHECKING:
    import pandas as pd

CHUNK: Final = 16_384
# Chunks that may wait to be judged.
AHEAD: Final = 2

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


class Detector:
    """A loaded model with one profile of thresholds."""

    def __init__(self, bundle: Bundle, *, profile: str = DEFAULT_PROFILE) -> None:
        self.bundle = bundle
        self.profile = profile
        self.judge = Judge(bundle, profile=profile)

    @classmethod
    def load(cls, path: str | Path | None = None, *, profile: str = DEFAULT_PROFILE) -> Detector:
        """Load a bundle's folder, or the shipped model. Raises BundleError if it cannot be trusted."""
        return cls(load_bundle(path if path is not None else default_model()), profile=profile)

    def stream(
        self,
        *,
        lateness: str | float = LATENESS_S,
        max_state_mb: float = MAX_BYTES / 2**20,
        tz: str = "Asia/Shanghai",
        restore: str | Path | None = None,
    ) -> Stream:
        """A stream that scores comments as they come, or goes on from a snapshot at ``restore``.

        ``lateness`` (``"10s"`` or seconds): how much older than its session's clock a comment may be before it is
        marked late. ``max_state_mb``: how much may be remembered; the sessions idle for longest are closed first.
        Raises SnapshotError for a snapshot that does not fit this model or version.
        """
        stream = Stream(self.judge, lateness_s=seconds(lateness), max_bytes=int(max_state_mb * 2**20), tz=tz)
        if restore is not None:
            stream.restore(restore)
        return stream

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
        of the input, with all revisions applied. A KeyboardInterrupt that ``progress`` raises ends the scoring: the
        result then has the comments observed so far. Raises InputError where nothing can be read as comments.
        """
        batch, report, table = _as_batch(comments, mapping, tz)
        order = batch.replay_order()
        in_order_already = bool((order == np.arange(len(batch))).all())
        replayed = batch if in_order_already else batch.take(order)
        stream = self.stream(tz=tz)
        said_of = DumpVerdicts(replayed.comment_id, self.bundle.model_id)
        judging: deque[Future[Pushed]] = deque()
        # What a chunk is judged to be changes nothing for the next: one thread observes, another judges.
        with ThreadPoolExecutor(1) as judge:
            for start in range(0, max(len(batch), 1), CHUNK):
                observed = stream.observe(replayed.slice(start, start + CHUNK, only=JUDGED_BY))
                judging.append(judge.submit(stream.conclude, observed))
                if len(judging) > AHEAD:
                    said_of.add(judging.popleft().result())
                if progress:
                    try:
                        progress(min(start + CHUNK, len(batch)), len(batch))
                    except KeyboardInterrupt:
                        break
        for future in judging:
            said_of.add(future.result())
        heard = stream.heard()
        said_of.end(stream.close_all())
        batch, verdicts = said_of.beside(batch, None if in_order_already else order)
        closed = said_of.closed
        said = {name: keys for end in closed for name, keys in end.said.items()}
        found = [campaign for end in closed for campaign in end.campaigns]
        campaigns = in_order(across_rooms(found, said, heard))
        rooms = tuple(end.room for end in closed if end.room.comments)
        return Result(batch, verdicts, tuple(campaigns), rooms, report, table)


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

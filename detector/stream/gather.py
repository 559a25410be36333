"""The verdicts of a dump as they come in, chunk by chunk, with what later ones change of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.comment import CommentBatch
from detector.reason_log import ReasonLog
from detector.stream.outcome import Closed, Pushed, Revisions, apply_revisions
from detector.verdict import Verdicts

ARRAYS: Final = ("verdict", "first_verdict", "label", "p", "organic_wave", "protected", "duplicate", "late")


class DumpVerdicts:
    """Room for the verdicts of all comments of a dump, filled in event order; reasons beyond many lie on a shelf."""

    def __init__(self, comment_ids: Sequence[str], model_id: str) -> None:
        self.closed: list[Closed] = []
        self._reasons = ReasonLog()
        self._said = replace(Verdicts.unjudged(comment_ids, model_id), reasons=self._reasons)
        self._event = np.arange(len(comment_ids))
        self._n = 0

    def add(self, pushed: Pushed) -> None:
        """The verdicts of the next chunk, and what they change of those before."""
        said, found = self._said, pushed.results
        place = slice(self._n, self._n + len(found))
        for name in ARRAYS:
            getattr(said, name)[place] = getattr(found, name)
        said.campaign_id[place] = found.campaign_id
        self._reasons.extend(found.reasons)
        self._n += len(found)
        apply_revisions(said, self._event, pushed.revisions)
        self.end(pushed.closed)

    def end(self, closed: Iterable[Closed]) -> None:
        """Sessions have ended: the last that is said of their comments."""
        for ended in closed:
            apply_revisions(self._said, self._event, ended.revisions)
            self.closed.append(replace(ended, revisions=Revisions.concat(())))

    def beside(self, batch: CommentBatch, order: NDArray[np.intp] | None) -> tuple[CommentBatch, Verdicts]:
        """The comments that were judged and their verdicts, both in the order of ``batch``.

        ``order`` are the rows of ``batch`` in event order; None if it is in event order already.
        """
        n, everything = self._n, self._n == len(batch)
        said = replace(self._said, reasons=self._reasons.settled())
        if order is None:
            if everything:
                return batch, said
            rows = np.arange(n)
            return batch.take(rows), said.take(rows)
        places = np.empty(len(order), dtype=np.intp)
        places[order] = np.arange(len(order))
        judged = np.flatnonzero(places < n)
        kept = batch if everything else batch.take(judged)
        return kept, replace(said.take(places[judged]), comment_id=kept.comment_id)

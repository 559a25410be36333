"""A scored dump, row by row beside its input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from detector.campaigns import summarise_accounts
from detector.comment import CommentBatch
from detector.errors import UsageError
from detector.readers import ReadReport
from detector.verdict import HEADS, LABELS, VERDICTS, AccountSummary, Campaign, Reason, RoomVerdict, Verdicts

if TYPE_CHECKING:
    import pandas as pd

# The column in which a caller's table carries our row numbers; -1 where there is none.
ROW: Final = "zhenping row"


@dataclass(frozen=True, slots=True)
class Result:
    """A scored dump, row by row in the order of the input.

    ``frame`` is the input with the result columns added, on the same index; ``campaigns`` a table of groups.
    """

    batch: CommentBatch
    verdicts: Verdicts
    groups: tuple[Campaign, ...]
    rooms: tuple[RoomVerdict, ...] = ()
    report: ReadReport | None = None
    table: Any = None
    _rows: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The input's columns, then verdict, label, risk, p_*, organic_wave, protected, campaign_id, first_verdict,
        reasons."""
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
        added["first_verdict"] = [VERDICTS[code] for code in v.first_verdict]
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

    def accounts(self) -> Sequence[AccountSummary]:
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


def _beside(table: pd.DataFrame, verdicts: Verdicts) -> tuple[pd.DataFrame, Verdicts]:
    """The caller's table without our row numbers, and the verdicts row by row beside it.

    A row without a text was not judged: it passes, without probabilities.
    """
    at = table[ROW].to_numpy()
    frame = table.drop(columns=ROW)
    missing = at < 0
    if not missing.any():
        return frame, verdicts
    blank = Verdicts.unjudged([""], verdicts.model_id)
    both = Verdicts.concat([verdicts, blank])
    return frame, both.take(np.where(missing, len(verdicts), at))

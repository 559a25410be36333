"""Whether a model has learned from the very log that it is judged on, as far as its manifest tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detector.bundle import Bundle
from detector.evaluation import Judged
from detector.evaluation.judged import numbered
from detector.text.reading import read_texts
from detector.training.fit import fingerprint


def learned_from(bundle: Bundle, names: Sequence[str], judged: Judged) -> dict[str, Any]:
    """``logs``: those of the training that are the judged one, or one of ``names``; ``same`` says that the texts and
    labels are the same, not only a name. Empty where there is none.
    """
    told = bundle.manifest.get("training")
    logs = told.get("logs") if isinstance(told, Mapping) else None
    if not isinstance(logs, Mapping):
        return {}
    # Reading all texts takes its time: only a log of the same length can be the same.
    as_long = [name for name, log in logs.items() if log.get("comments") == len(judged)]
    mark = _fingerprint(judged) if as_long else ""
    same = [name for name in as_long if logs[name].get("fingerprint") == mark]
    found = same or [name for name in logs if name in names]
    return {"logs": found, "same": bool(same)} if found else {}


def _fingerprint(judged: Judged) -> str:
    distinct, index = numbered(judged.batch.text)
    return fingerprint(read_texts(distinct).exact[index], judged.label)

"""How good is a model, on whole sessions, in time order, with intervals?"""

from detector.evaluation.intervals import Estimate
from detector.evaluation.judged import Judged, judge
from detector.evaluation.measure import Evaluation, compare, evaluate, measure
from detector.evaluation.metrics import average_precision, cut_at, recall_at
from detector.evaluation.mistakes import Mistakes, worst

__all__ = [
    "Estimate",
    "Evaluation",
    "Judged",
    "Mistakes",
    "average_precision",
    "compare",
    "cut_at",
    "evaluate",
    "judge",
    "measure",
    "recall_at",
    "worst",
]

"""How good is a model, on whole sessions, in time order, with intervals?"""

from detector.evaluation.measure import Evaluation, compare, evaluate
from detector.evaluation.metrics import Estimate, average_precision, recall_at

__all__ = ["Estimate", "Evaluation", "average_precision", "compare", "evaluate", "recall_at"]

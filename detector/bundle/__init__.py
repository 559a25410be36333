"""The fitted model with its schema and thresholds, safe to load from strangers."""

from detector.bundle.model import Bundle, Head
from detector.bundle.storage import load_bundle, save_bundle
from detector.bundle.thresholds import Threshold, Thresholds
from detector.bundle.trees import Trees

__all__ = ["Bundle", "Head", "Threshold", "Thresholds", "Trees", "load_bundle", "save_bundle"]

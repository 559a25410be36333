"""Stories of detector.training."""

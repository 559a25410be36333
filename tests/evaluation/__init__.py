"""Stories of detector.evaluation."""

"""Stories of detector.trial."""

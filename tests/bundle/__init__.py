"""Stories of detector.bundle."""

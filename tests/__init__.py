"""Stories that hold zhenping to its word."""

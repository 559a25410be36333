"""Stories about reading a text."""

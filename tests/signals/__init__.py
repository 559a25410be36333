"""Stories about every signal, worked by hand."""

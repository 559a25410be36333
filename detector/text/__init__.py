"""Text to text, tokens and sketches: pure functions, each the same for the same input."""

"""Bounded memory of a room, read as of a moment."""

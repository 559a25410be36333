"""Labelled logs to a bundle."""

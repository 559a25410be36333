"""The report: one offline page about one scored input."""

from detector.report.page import render_report, write_report

__all__ = ["render_report", "write_report"]

"""The evaluate command's work: labelled comments in, figures and a page about one model, two, or fresh ones out."""

from detector.trial.page import render_page, write_page
from detector.trial.tables import trial_table
from detector.trial.trial import Trial, run_trial

__all__ = ["Trial", "render_page", "run_trial", "trial_table", "write_page"]

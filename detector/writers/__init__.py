"""Files written: scored comments, campaigns, accounts, and the record of a run."""

from detector.writers.csv_files import write_accounts_csv, write_campaigns_csv, write_scored_csv
from detector.writers.events import events_format, write_events
from detector.writers.run_json import json_text, write_run_json
from detector.writers.whole_file import whole_file, write_text
from detector.writers.workbook import write_scored_xlsx

__all__ = [
    "events_format",
    "json_text",
    "whole_file",
    "write_accounts_csv",
    "write_campaigns_csv",
    "write_events",
    "write_run_json",
    "write_scored_csv",
    "write_scored_xlsx",
    "write_text",
]

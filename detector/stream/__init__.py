"""A live stream of comments: verdicts at once, revisions when later comments say more, alerts, snapshots."""

from detector.stream.outcome import Alert, Closed, InSession, Prompt, Pushed, Rejected, Revisions, Unclear
from detector.stream.stream import Stream

__all__ = ["Alert", "Closed", "InSession", "Prompt", "Pushed", "Rejected", "Revisions", "Stream", "Unclear"]

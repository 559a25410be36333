"""Groups of flagged comments that share templates and accounts, how surprising they are, and who is behind them."""

from detector.campaigns.accounts import summarise_accounts
from detector.campaigns.find import GRID_MS, across_rooms, campaign_id, find_campaigns, in_order
from detector.campaigns.linking import MIN_FLAGGED, MIN_FLAGGED_SHARE
from detector.campaigns.slots import template

__all__ = [
    "GRID_MS",
    "MIN_FLAGGED",
    "MIN_FLAGGED_SHARE",
    "across_rooms",
    "campaign_id",
    "find_campaigns",
    "in_order",
    "summarise_accounts",
    "template",
]

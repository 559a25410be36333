"""What was known of a comment's account just before it: the rows of an array of readings, float64 (READINGS, n).

NaN is unknown; all but ``LEVEL_RANK`` are of comments whose account can be told.
"""

from __future__ import annotations

from typing import Final

# Earlier comments in the session; seconds and comments of the room since its first and since its last; over so many
# gaps in seconds the mean and the variance of their natural logarithm; how many times in a row it has just said this
# text; the share of the room's accounts below its level; its comments decayed by seconds and by comments of the room;
# how many near-identical comments it has made, and comments of the room since the last of them; the share of distinct
# texts among its comments.
READINGS: Final = 15
(
    POSTS, SINCE_FIRST_S, SINCE_FIRST_C, GAP_S, GAP_C, GAPS, GAP_MEAN, GAP_VAR, STREAK, LEVEL_RANK, RATE_S, RATE_C,
    SAID, SAID_GAP_C, DISTINCT_SHARE,
) = range(READINGS)  # fmt: skip

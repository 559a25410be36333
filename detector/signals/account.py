"""Who speaks: how established is this account, here and on the platform?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from detector.compiled import kernel
from detector.signals.signal import Feature, Observation, Sentence, Signal, feature
from detector.state import readings as read
from detector.state.table import Table, find, new_table, reserve, touch

MAX_ACCOUNTS: Final = 131_072
DAY_MS: Final = 86_400_000.0


@dataclass(slots=True)
class AccountMemory:
    """account -> its comments that held a long number or a handle."""

    contacts: Table


class Account(Signal):
    """Who speaks: how established is this account, here and on the platform?"""

    name: ClassVar[str] = "account"
    features: ClassVar[tuple[Feature, ...]] = (
        feature("account.level", "level", "Platform level."),
        feature("account.level_rank", "share", "Share of the room's accounts below that level."),
        feature("account.badge_level", "level", "Level of the fan badge; 0 without one."),
        feature("account.paid", "0/1", "Pays for the room (guard, membership, gift)."),
        feature("account.staff", "0/1", "Host or staff."),
        feature("account.age_days", "days", "Since the account was created."),
        feature("account.posts", "comments", "Its earlier comments this session."),
        feature("account.seen_s", "seconds", "Since its first comment this session."),
        feature("account.seen_c", "comments", "Comments of the room since its first."),
        feature("account.contacts", "comments", "Its earlier comments with a long number or handle."),
    )

    def new_memory(self) -> AccountMemory:
        return AccountMemory(new_table(1, max_keys=MAX_ACCOUNTS))

    def observe(
        self, seen: Observation, memory: AccountMemory, out: NDArray[np.float32], *, remember: bool
    ) -> None:
        if remember:
            memory.contacts = reserve(memory.contacts, len(seen))
        _observe(
            seen.account, seen.level, seen.badge_level, seen.paid, seen.staff, seen.event_ms, seen.created_ms,
            seen.accounts, seen.contact_form, remember, memory.contacts, out,
        )  # fmt: skip

    def explain(self, values: Mapping[str, float]) -> Sentence | None:
        before = values["account.contacts"]
        if before >= 1:
            return (
                f"该账号本场已 {int(before)} 次发号码或账号",
                f"gave a number or handle {int(before)} times before",
            )
        level, rank = values["account.level"], values["account.level_rank"]
        if rank < 0.15 and values["account.posts"] == 0:
            return (
                f"低等级账号（{level:.0f} 级）本场首次发言",
                f"first comment of a low-level account (level {level:.0f})",
            )
        if rank < 0.15:
            return f"低等级账号（{level:.0f} 级）", f"low-level account (level {level:.0f})"
        if 0 <= values["account.age_days"] < 7:
            days = values["account.age_days"]
            return f"账号注册仅 {days:.0f} 天", f"the account is {days:.0f} days old"
        if values["account.posts"] == 0:
            return "该账号本场首次发言", "its first comment this session"
        return None


@kernel
def _observe(
    account: NDArray[np.int64], level: NDArray[np.float64], badge_level: NDArray[np.float64],
    paid: NDArray[np.float64], staff: NDArray[np.float64], event_ms: NDArray[np.float64],
    created_ms: NDArray[np.float64], accounts: NDArray[np.float64],
    contact_form: NDArray[np.bool_], remember: bool, contacts: Table, out: NDArray[np.float32],
) -> None:  # fmt: skip
    for r in range(len(account)):
        out[r, 0] = level[r]
        out[r, 1] = accounts[read.LEVEL_RANK, r]
        out[r, 2] = badge_level[r]
        out[r, 3] = paid[r]
        out[r, 4] = staff[r]
        out[r, 5] = (event_ms[r] - created_ms[r]) / DAY_MS
        out[r, 6] = accounts[read.POSTS, r]
        out[r, 7] = accounts[read.SINCE_FIRST_S, r]
        out[r, 8] = accounts[read.SINCE_FIRST_C, r]
        if account[r] == 0:
            out[r, 9] = np.nan
            continue
        generation, row = find(contacts, account[r])
        out[r, 9] = contacts.values[generation, row, 0] if row >= 0 else 0.0
        if remember and contact_form[r]:
            generation, row, _ = touch(contacts, account[r])
            contacts.values[generation, row, 0] += 1

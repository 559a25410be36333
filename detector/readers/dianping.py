"""Dianping (大众点评) reviews of restaurants, the table of the open collection."""

from __future__ import annotations

from typing import Any, Final

from detector.readers.aliases import header_key
from detector.readers.cells import number_of
from detector.readers.dialect import Recording, TableShape, Tells
from detector.readers.reviews import review_columns

_HEADERS: Final = frozenset({"userid", "restid", "rating", "timestamp", "comment"})


def _table(columns: dict[str, list[Any]], recording: Recording) -> dict[str, list[Any]]:
    header_of = {header_key(header): header for header in columns}
    reshaped = review_columns(columns, header_of["comment"], recording)
    # 0 says that no stars were given.
    stars = header_of["rating"]
    reshaped[stars] = [None if number_of(cell) == 0 else cell for cell in reshaped[stars]]
    return {"product_id" if name == header_of["restid"] else name: cells for name, cells in reshaped.items()}


SHAPES: Final = (
    TableShape(
        name="dianping-reviews-table",
        en="Dianping restaurant reviews, open collection: userId, restId, rating, …, timestamp, comment",
        zh="大众点评餐馆评价公开数据集：userId、restId、rating……timestamp、comment",
        platform="dianping",
        tells=Tells(
            kinds="review other",
            ids="real",
            times="event",
            fields="rating",
            example="userId,restId,rating,timestamp,comment\n7,100,4,1293840000000,味道不错",
        ),
        claims=lambda headers: _HEADERS.issubset(map(header_key, headers)),
        reshape=_table,
    ),
)

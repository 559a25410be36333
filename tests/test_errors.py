"""Errors speak two languages and end with a code that means something."""

import pytest

from detector.errors import BundleError, GateError, InputError, UsageError, ZhenpingError


def test_an_error_says_the_same_in_both_languages() -> None:
    error = InputError("no comment column", zh="没有评论列")
    assert (str(error), error.en, error.zh) == ("no comment column", "no comment column", "没有评论列")


def test_english_stands_in_where_chinese_is_missing() -> None:
    assert UsageError("unknown option").zh == "unknown option"


@pytest.mark.parametrize(
    ("error", "code"), [(ZhenpingError, 1), (UsageError, 2), (InputError, 3), (BundleError, 4), (GateError, 6)]
)
def test_every_error_has_its_exit_code_and_one_root(error: type[ZhenpingError], code: int) -> None:
    assert error.exit_code == code
    with pytest.raises(ZhenpingError, match="what went wrong"):
        raise error("what went wrong")

"""What every signal owes: names, units, meanings, a question and a test file of its own."""

import inspect
import math
import sys
from pathlib import Path

import pytest

from detector.engine import COMPANY, SCHEMA, SIGNALS, TEXT_SIGNALS
from detector.signals.signal import Described

EVERY = (*TEXT_SIGNALS, *SIGNALS, COMPANY)
FILES = Path(__file__).parents[2] / "detector" / "signals"
each_signal = pytest.mark.parametrize("signal", EVERY, ids=lambda signal: signal.name)


@each_signal
def test_names_start_with_the_files_stem(signal: Described) -> None:
    stem = Path(inspect.getfile(type(signal))).stem
    assert signal.name == stem
    assert {feature.name.partition(".")[0] for feature in signal.features} == {stem}


@each_signal
def test_every_column_has_a_unit_and_a_meaning(signal: Described) -> None:
    lacking = [
        feature.name for feature in signal.features if not feature.unit or not feature.meaning.endswith(".")
    ]
    assert lacking == []


@each_signal
def test_a_signals_file_begins_with_its_question(signal: Described) -> None:
    question = inspect.getdoc(sys.modules[type(signal).__module__])
    assert question is not None
    assert question.splitlines()[0].endswith("?")
    assert inspect.getdoc(type(signal)) == question


@each_signal
def test_every_signal_has_a_test_file(signal: Described) -> None:
    assert (Path(__file__).parents[1] / "signals" / f"test_{signal.name}.py").is_file() is True


def test_every_signal_file_is_in_the_engine() -> None:
    stems = {path.stem for path in FILES.glob("*.py")} - {"__init__", "signal"}
    assert {signal.name for signal in EVERY} == stems


def test_no_column_has_two_signals() -> None:
    assert len(set(SCHEMA.names)) == len(SCHEMA.names) == sum(len(signal.features) for signal in EVERY)


@pytest.mark.parametrize("signal", [*SIGNALS, COMPANY], ids=lambda signal: signal.name)
def test_of_what_is_unknown_nothing_is_said(signal: Described) -> None:
    unknown = {feature.name: math.nan for feature in signal.features}

    assert signal.explain(unknown | {"rating.is_review": 0.0}) is None


@pytest.mark.parametrize("signal", [*SIGNALS, COMPANY], ids=lambda signal: signal.name)
def test_a_sentence_names_no_unknown_number(signal: Described) -> None:
    many = {feature.name: 50.0 for feature in signal.features}
    told = [signal.explain(many | {name: math.nan}) or ("", "") for name in many]

    assert [sentence for pair in told for sentence in pair if "nan" in sentence] == []

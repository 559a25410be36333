"""The page, the terminal and the document of one trial: the same figures, and texts on the page alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from detector.errors import UsageError
from detector.simulate import write_jsonl
from detector.trial import Trial, run_trial, trial_table
from detector.trial.results import main, results_page
from detector.trial.written import figure, share
from tests.models import handmade_bundle, quiet, saved, small_room

EVIL = "<script>alert(1)</script>加微\u202e"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(handmade_bundle(), tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small room, and a comment that would run on a careless page."""
    path = tmp_path_factory.mktemp("room") / "room.jsonl"
    write_jsonl(small_room(), path)
    last = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(last | {"comment_id": "evil", "text": EVIL, "label": "normal"}) + "\n")
    return path


@pytest.fixture(scope="module")
def out(room: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    run_trial(Trial(files=(room,), model=model, tricks=True), out=folder, lang="en", progress=quiet)
    return folder


def metrics(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    return found


def test_the_metrics_hold_every_figure_and_no_text(out: Path) -> None:
    found = metrics(out)
    assert set(found) == {
        "zhenping", "log", "profile", "seed", "train_sessions", "folds", "model_id", "comments", "positives",
        "heads", "distinct_texts", "calibration", "labels", "sessions", "segments", "ablation", "thresholds",
        "tricks",
    }  # fmt: skip
    assert (found["model_id"], found["log"]) == ("by-hand", "room.jsonl")
    written = (out / "metrics.json").read_text(encoding="utf-8")
    assert [text for text in set(small_room().batch.text) | {EVIL} if len(text) > 3 and text in written] == []


def test_the_page_shows_every_section_and_asks_for_nothing(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    sections = re.findall(r'<section id="(.+?)">', page)
    assert sections == [
        "figures", "distinct_texts", "calibration", "segments", "thresholds", "tricks", "ablation", "labels",
        "sessions", "mistakes",
    ]  # fmt: skip
    assert re.findall(r"https?://|<script|<img|<link|url\(", page) == []
    assert "do not publish this page" in page


def test_a_comment_cannot_run_on_the_page_or_turn_it(out: Path) -> None:
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;加微" in page
    assert "\u202e" not in page
    assert '<span class="hidden">U+202E</span>' in page


def test_the_terminal_shows_the_same_figures(out: Path) -> None:
    found = metrics(out)
    shown = trial_table(found, "zh")
    value = found["heads"]["solicitation"]["average_precision"]["value"]
    assert re.search(rf"^solicitation\s+{value:.4f} \[", shown, re.MULTILINE)
    assert "伪装手法" in shown


def test_the_document_holds_the_figures_of_each_trial_and_no_session(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    assert main([str(path), f"a room={out / 'metrics.json'}", f"again={out / 'metrics.json'}"]) == 0
    page = path.read_text(encoding="utf-8")
    assert page == results_page({"a room": metrics(out), "again": metrics(out)})
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["a room", "again"]
    assert [name for name in metrics(out)["sessions"] if name in page] == []
    assert "### Without one signal" in page
    rows = re.findall(r"^\|(.+)\|$", page, re.MULTILINE)
    assert len(rows) > 50


@pytest.mark.parametrize(
    ("words", "code"), [([], 2), (["out.md"], 2), (["out.md", "gone.json"], 2), (["out.md", "a=gone.json"], 3)]
)
def test_a_document_without_figures_is_refused(
    words: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    assert list(tmp_path.iterdir()) == []


def test_two_models_compared_have_a_page_too(room: Path, model: Path, tmp_path: Path) -> None:
    found = run_trial(Trial(files=(room,), compare=(model, model)), out=tmp_path, progress=quiet)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert found["compare"] == ["by-hand", "by-hand"]
    assert re.findall(r'<section id="(.+?)">', page) == ["compare"]
    assert "any difference" in page


ROOM = (Path("room.csv"),)
MISFITS = [
    (Trial(), "name files, or a --recipe"),
    (Trial(files=ROOM, recipe=Path("r.toml")), "name files, or a --recipe"),
    (Trial(files=ROOM, baselines=True), "--baselines needs --train-sessions"),
    (Trial(files=ROOM, compare=(Path("a"), Path("b")), folds=3), "--compare judges two finished models"),
    (Trial(files=ROOM, folds=3, model=Path("m")), "--folds fits its own models"),
    (Trial(files=ROOM, folds=3, attacks=True), "need one model"),
]


@pytest.mark.parametrize(("trial", "said"), MISFITS, ids=[said for _, said in MISFITS])
def test_options_that_do_not_fit_are_refused_before_anything_is_read(trial: Trial, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run_trial(trial, progress=quiet)


def test_a_source_that_is_not_in_the_recipe_is_named_with_those_that_are(tmp_path: Path) -> None:
    recipe = tmp_path / "r.toml"
    recipe.write_text('[[source]]\nname = "mine"\nfile = "mine.csv"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"--source 'yours': .*r\.toml has mine"):
        run_trial(Trial(recipe=recipe, source="yours"), progress=quiet)


@pytest.mark.slow
def test_a_source_of_a_recipe_is_judged_in_folds(tmp_path: Path) -> None:
    log = small_room()
    lines = ["text,user,fake"]
    lines += [
        f'"{text}",{user},{int(label != "normal")}'
        for text, user, label in zip(log.batch.text, log.batch.user_id, log.label, strict=True)
        if '"' not in text
    ]
    (tmp_path / "mine.csv").write_text("\n".join(lines), encoding="utf-8")
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        '[[source]]\nname = "mine"\nfile = "mine.csv"\nlabel_column = "fake"\nfold_by = "text"\n'
        'labels = { 1 = "fake_review", 0 = "normal" }\nconstants = { kind = "review" }\nmap = { user = "user_id" }\n',
        encoding="utf-8",
    )
    trial = Trial(recipe=recipe, source="mine", data_root=tmp_path, folds=2, jobs=1)
    found = run_trial(trial, progress=quiet)
    assert (found["model_id"], found["folds"], found["log"]) == ("2 folds", 2, "mine")
    assert set(found["labels"]) == {"fake_review", "normal"}
    # No model of its own is behind the figures, so there are no thresholds to show.
    assert "thresholds" not in found
    assert found["distinct_texts"]["fake_review"]["area_under_curve"]["value"] > 0.5


def test_figures_are_written_with_their_interval_and_unknown_ones_as_a_dash() -> None:
    assert figure({"value": 0.94321, "low": 0.9, "high": 0.96}) == "0.9432 [0.900, 0.960]"
    assert share({"value": 0.0123, "low": 0.01, "high": 0.015}) == "1.23% [1.00, 1.50]"
    # A few in a hundred thousand are still people.
    assert share({"value": 2e-5, "low": 1e-5, "high": 4e-5}) == "0.0020% [0.0010, 0.0040]"
    assert [figure(unknown) for unknown in ({"value": None}, {"value": float("nan")})] == ["–", "–"]


def test_what_was_left_out_of_training_is_written_without_any_other_figure() -> None:
    share = {"value": 0.5, "low": 0.25, "high": 0.75}
    found = {
        "model_id": "4 models", "log": "room", "train_sessions": 5, "heads": {},
        "attacks": {"smear": {"label": "bot_flood", "posts": 40, "recall": share, "flagged": share, "high_risk": share}},
    }  # fmt: skip
    page = results_page({"left out": found})
    assert [line for line in page.splitlines() if line.startswith(("## ", "### ", "| smear"))] == [
        "## left out",
        "### Injected attacks",
        "| smear | bot_flood | 40 | 50.00% [25.00, 75.00] | 50.00% [25.00, 75.00] | 50.00% [25.00, 75.00] |",
    ]

# zhenping: what `make` can do. A fresh machine needs git, make, Python 3.11 or newer and a package index.

SHELL := /bin/sh
# The first Python on the path that is new enough; PYTHON=/path/to/python overrides it.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
PY := $(VENV)/bin/python
OUT ?= out
SEED ?= 0
# What `make bench` measures (BENCH="side scale"), and a labelled real log to measure on as well.
BENCH ?=
ROUNDS ?= 5
LOG ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check docs picture bench train clean

help: ## list what can be made
	@echo "zhenping (真评): make <what>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.installed ## score the sample room and reviews, and say where the reports are
	@$(PY) -m detector score data/sample/room.jsonl --out $(OUT)/demo
	@echo
	@$(PY) -m detector score data/sample/reviews.csv --out $(OUT)/demo-reviews
	@echo
	@echo "报告 open in a browser:"
	@echo "  $(abspath $(OUT)/demo/report.html)"
	@echo "  $(abspath $(OUT)/demo-reviews/report.html)"

test: $(VENV)/.installed-test ## run the tests (those that need a browser are skipped where there is none)
	@# Two workers on few cores: threads inside them would only wait for one another.
	OMP_NUM_THREADS=1 $(PY) -m pytest -n 2

check: $(VENV)/.installed-dev ## lint, format, types, import floors
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

docs: $(VENV)/.installed-test ## write docs/cli.md, docs/formats.md, docs/signals.md and docs/openapi.json anew from the code
	$(PY) -m tests.contracts.reference

picture: demo ## take the picture of the README from the report of the demo (needs Chromium)
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1400 \
		--screenshot=docs/report.png "file://$(abspath $(OUT)/demo/report.html)"

bench: $(VENV)/.installed-bench ## measure beside what others would use and write docs/performance.md (BENCH=, ROUNDS=5, LOG=file)
	OMP_NUM_THREADS=1 $(PY) -m benchmarks $(BENCH) --rounds $(ROUNDS) $(if $(LOG),--log "$(LOG)")

train: $(VENV)/.installed ## retrain models/default from the labelled logs below DATA=dir (SEED=0)
	@test -n "$(DATA)" || { echo "make train needs DATA=dir, where the files named in recipes/default.toml lie"; exit 2; }
	$(PY) -m detector train --recipe recipes/default.toml --data-root "$(DATA)" --out models/default --seed $(SEED)

clean: ## remove what the other targets wrote, the virtual environment too
	rm -rf $(VENV) $(OUT) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The install is editable: changed code is used at once, and only a changed pyproject.toml installs again.
# So one environment serves demo, test and check; each only adds to it.
$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found: install it, or name it with PYTHON=..."; exit 2; }
	@echo "创建虚拟环境 creating $(VENV) with $(PYTHON) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(PY)
	@echo "安装 installing zhenping and the libraries it needs (a minute or two) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.installed
	@echo "安装测试工具 installing what the tests need ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/.installed-bench: pyproject.toml | $(VENV)/.installed
	@echo "安装对比工具 installing what is measured beside zhenping ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.installed
	@echo "安装检查工具 installing what the checks need ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test,dev]'
	@touch $@

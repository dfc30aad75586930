# anxiao: `make run` serves the demo county, `make test` passes every test. Both set everything up.

PYTHON ?= python3
export PORT ?= 8000
export ANXIAO_DATA ?= $(CURDIR)/data

.PHONY: setup dev run test check fmt clean chaos drills bench

setup: ## the environment to run in: .venv with `anxiao` in it
	@$(PYTHON) tools/bootstrap.py

dev: ## the environment to work in: tests and gates too
	@$(PYTHON) tools/bootstrap.py --dev

run: setup ## the demo county on http://127.0.0.1:$(PORT)/
	@.venv/bin/anxiao serve --demo --port $(PORT)

test: dev ## gates, then every test: both databases, and the browser
	@.venv/bin/python tools/test.py

check: dev ## the gates alone
	@.venv/bin/python tools/test.py --gates

bench: dev ## goals of speed beside their floors, both databases; QUICK=1 for smaller sizes
	@.venv/bin/python -m bench $(if $(QUICK),--quick)

fmt: dev ## put the code in order
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

chaos: dev ## kill the server under load, on both databases, and judge what became of every write
	@.venv/bin/python -m bench.chaos

drills: dev ## power cuts, failing disks, PostgreSQL killed, one of two servers dead: a judge for each
	@.venv/bin/python -m bench.chaos.drills $(NAMES)

clean: ## remove what setting up made; the data folder stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# `make demo` shows what LEAP does; `make test` checks that it still does.
.DEFAULT_GOAL := help
.PHONY: help venv demo test crash-test lint format lock bench clean

JOBS ?= 2
PYTEST_ARGS ?=

help: ## Say what there is to make.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

venv: ## Make .venv from requirements.lock (uv if present, else pip).
	@PYTHON="$(PYTHON)" scripts/bootstrap

demo: venv ## Publish two demo lectures to a local site.
	@.venv/bin/leap demo

test: lint ## Check everything: lint, types, layers, the whole suite.
	.venv/bin/python -m pytest -n $(JOBS) --dist worksteal $(PYTEST_ARGS)

crash-test: venv ## Cut publishing at every place; `make test` tries a third of them.
	LEAP_CRASH=all .venv/bin/python -m pytest -n $(JOBS) --dist worksteal tests/crash $(PYTEST_ARGS)

lint: venv ## Check style, types and who may import whom.
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

format: venv ## Write the code as `make lint` wants it.
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

lock: venv ## Write requirements.lock anew from pyproject.toml.
	scripts/lock $(UPGRADE)

bench: venv ## Measure speed and memory against the promised numbers.
	.venv/bin/python benchmarks

clean: ## Remove .venv and caches; state/ is yours and stays.
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find leap tests -name __pycache__ -type d -prune -exec rm -rf {} +

# make chat    sets everything up and opens the chat          make test    sets up and passes the tests
# make check   format, lint, types and tests, as CI runs them  make guard   is anything a fifth slower than it was?
PYTHON ?= python3
BIN = .venv/bin

.PHONY: chat test lint check guard clean

chat: .venv/ready
	$(BIN)/python app.py

test: .venv/ready
	$(BIN)/pip install --quiet -e '.[test]'
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/pip install --quiet -e '.[test]'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

guard: .venv/ready
	$(BIN)/python -m benchmarks.guard

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -e .
	touch $@

clean:
	rm -rf .venv

# make chat    sets everything up and opens the chat          make test    sets up and passes the tests
# make check   what CI runs: format, lint, types, tests
PYTHON ?= python3
BIN = .venv/bin

.PHONY: chat test check clean

chat: .venv/ready
	$(BIN)/python app.py

test: .venv/ready
	$(BIN)/pip install --quiet -e '.[test]'
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/pip install --quiet -e '.[test]'
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -e .
	touch $@

clean:
	rm -rf .venv

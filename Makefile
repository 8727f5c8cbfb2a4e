# make chat    sets everything up and opens the chat          make test    sets up and passes the tests
# make check   format, lint, types and tests                  make guard   fails if anything became a fifth slower
# make lock    rewrites constraints.txt, the exact versions that everything is installed with
# make newest  tries the newest versions that pyproject.toml allows, in another environment, and reports what broke
# make docs    API pages from the docstrings, in docs/html
# make coverage  how much of the program the tests run      make mutants   mutation tests on a sample of it
PYTHON ?= python3
BIN = .venv/bin

.PHONY: chat test lint check guard lock newest docs coverage mutants clean

chat: .venv/ready
	$(BIN)/python app.py

# Each file of tests runs in one of two processes.
PARALLEL = --numprocesses 2 --dist loadfile

test: .venv/test
	$(BIN)/python -m pytest $(PARALLEL)

lint: .venv/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test

guard: .venv/ready
	$(BIN)/python -m benchmarks.guard

docs: .venv/ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	$(BIN)/python -c "from pathlib import Path; from pdoc import pdoc; from rag import *; pdoc('rag', output_directory=Path('docs/html'))"

coverage: .venv/test
	$(BIN)/python -m pytest $(PARALLEL) --cov=rag --cov-report=term:skip-covered

# e.g. make mutants OF="rag.answer.conflicts.scope* rag.index.search.flat*"
OF ?= rag.answer.conflicts.scope* rag.answer.verify.order_rules* rag.index.search.flat*
mutants: .venv/test
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[mutants]'
	$(BIN)/mutmut run $(OF)
	$(BIN)/mutmut results

lock: .venv/ready
	$(BIN)/python .ci/lock.py

newest:
	bash .ci/newest

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --constraint constraints.txt --editable .
	touch $@

.venv/test: .venv/ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv .newest

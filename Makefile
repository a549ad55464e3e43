# Two commands do everything: `make serve` and `make test`. Each makes what it needs; a second run starts at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export SOT_HOME ?= .sot
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false
# make serve CLINIC=folder: the clinic's own documents beside the corpus.
ifdef CLINIC
export SOT_CLINIC := $(CLINIC)
endif

.PHONY: serve ask test check format evaluate bench lock clean help

help:
	@echo "make serve            build the index; serve the page and the API on http://127.0.0.1:8000, the app on :8501"
	@echo "                      CLINIC=folder adds a clinic's own documents"
	@echo 'make ask Q="..."      answer one question in the terminal'
	@echo "make test             run the tests"
	@echo "make check            format, lint, types, import contracts, corpus"
	@echo "make format           put the code in order"
	@echo "make evaluate         measure answers and guard on the development half of the evaluation sets"
	@echo "make bench            time the assistant beside the plain quick-start"

serve: $(VENV)/.runtime
	$(BIN)/sot ingest
	$(BIN)/sot serve

ask: $(VENV)/.runtime
	@$(BIN)/sot ingest > /dev/null
	@$(BIN)/sot ask "$(Q)"

test: $(VENV)/.dev
	$(BIN)/pytest

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sot corpus check

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evaluate: $(VENV)/.dev
	$(BIN)/sot ingest
	$(BIN)/sot evaluate

bench: $(VENV)/.dev
	$(BIN)/sot ingest
	$(BIN)/sot bench

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| (echo "Python 3.11 or newer is needed. Name it: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/pip install --quiet --requirement requirements-dev.lock
	@touch $@

# Pins what pyproject.toml asks for today. torch comes first and alone: unpinned it would bring gigabytes of CUDA.
lock:
	scripts/lock

clean:
	rm -rf $(VENV) .sot

# Needs Python 3.11 or newer, make, and a package index. Everything else comes into .venv and .data.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-services lint bench chaos browser

# Scripts in .venv/bin name their interpreter by its full path, which a space in it would break; modules do not.
PYTHON := .venv/bin/python
STAMP := .venv/.synced
UV_VERSION := $(shell sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p;}' uv.lock)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

setup: $(STAMP) browser ## install everything into .venv, and a browser for the tests

run: $(STAMP) ## start database, web, worker and beat; PORT and DATA_DIR allow a second copy
	@exec $(PYTHON) agency/lifeline.py "$$PPID" $(PYTHON) manage.py run

test: $(STAMP) browser ## run every test that needs nothing else
	$(PYTHON) -m pytest -n auto $(ARGS)

test-services: $(STAMP) ## run the tests against a Redis and a RabbitMQ that are started for them
	$(PYTHON) -m pytest -m services $(ARGS)

lint: $(STAMP) ## check style, types, imports between packages, and missing migrations
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	$(PYTHON) -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
	$(PYTHON) manage.py makemigrations --check --dry-run

bench: $(STAMP) ## measure; prints tables and writes benchmarks/results.json
	$(PYTHON) -m benchmarks $(ARGS)

chaos: $(STAMP) ## kill every part at random under 2,000 leads, then count; takes some minutes
	$(PYTHON) -m tests.faults.chaos $(ARGS)

browser: $(STAMP)
	@$(PYTHON) -m tests.browser

$(STAMP): uv.lock pyproject.toml
	@python=; for name in python3.13 python3.12 python3.11 python3; do \
		if command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; \
		then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then echo "Python 3.11, 3.12 or 3.13 is needed, and none is on the PATH." >&2; exit 1; fi; \
	if ! $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
		echo "Creating .venv with $$($$python --version)"; $$python -m venv --clear .venv || { \
		echo "Python's venv module is needed (Debian: apt-get install python3-venv)." >&2; exit 1; }; fi
	@$(PYTHON) -m uv --version 2>/dev/null | grep -q "^uv $(UV_VERSION) " || \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(PYTHON) -m uv sync --frozen --quiet || { \
		echo "The packages could not be installed: uv reads no pip.conf, so name a proxy or certificates in the environment" >&2; \
		echo "(HTTPS_PROXY, SSL_CERT_FILE), then run this again." >&2; exit 1; }
	@touch $(STAMP)

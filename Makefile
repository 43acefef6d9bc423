# Everything sets up what it needs in .venv first: Python 3.11+, a C compiler and make suffice.
#   make demo    capture two versions of a program under examples/ and compare them
#   make test    run the suite           (ARGS='tests/unit -k ring' for a part, --slow for soaks)
#   make check   run the static checks
#   make bench   measure Skope itself
#   make screenshots   take the pictures in docs/ anew, of a real comparison
#   make clean   remove everything made

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
KERNELS := setup.py $(wildcard skope/_fast/*.pyx skope/_fast/*.pxd)

.PHONY: demo test check bench screenshots clean
.DELETE_ON_ERROR:

demo: .venv/installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/demo

test: .venv/installed .venv/tools
	$(BIN)/pytest $(ARGS)

check: .venv/installed .venv/tools
	scripts/check

bench: .venv/installed .venv/tools
	scripts/bench

screenshots: .venv/installed .venv/tools
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python scripts/screenshots

clean:
	rm -rf .venv .venvs build dist skope.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f skope/_fast/*.c skope/_fast/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made:
	@python=$$(scripts/find-python) && echo "setting up .venv with $$python" && \
	    "$$python" -m venv .venv
	@$(PIP) --upgrade pip
	@touch $@

.venv/installed: .venv/made pyproject.toml $(KERNELS)
	@echo "installing skope into .venv and compiling its kernels"
	@$(PIP) --editable .
	@touch $@

.venv/tools: .venv/made pyproject.toml
	@echo "installing the development tools into .venv"
	@$(PIP) --group dev
	@touch $@

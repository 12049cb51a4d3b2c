# make run: set up, run the pipeline on params.yaml, show the result. make test: set up, pass the tests.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTHON ?= python3.11
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export NO_MKDOCS_2_WARNING := 1

.PHONY: setup run data preset compare export figures test test-slow bench docs lint clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): 2.9 GB of packages on the first run, a few minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@dvc config --local core.site_cache_dir "$(CURDIR)/.dvc/tmp/site"
	@python -m stages.plots_page && dvc config --local plots.html_template tmp/plots_page.html
	@touch $@

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

test: $(READY)
	@python -m pytest -m "not slow" -n logical --maxprocesses 4 --dist loadfile

test-slow: $(READY)
	@python -m pytest -m slow

# ONLY=train_step measures one and keeps the other rows of benchmarks/results.json.
bench: $(READY)
	@python -m benchmarks $(if $(ONLY),--only "$(ONLY)")

# The site of docs/, in site/; docs/parameters.md comes from the code.
docs: $(READY)
	@python -m docs.write_parameters && mkdocs build --strict --quiet

lint: $(READY)
	@ruff check . && ruff format --check . && mypy

clean:
	rm -rf $(VENV) data/cache

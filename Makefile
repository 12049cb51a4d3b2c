# make run: set up, run the pipeline with params.yaml, show the result. make test: set up, run the tests.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEVELOPMENT := $(VENV)/.ready-dev
PLOTS := .dvc/tmp/plots_page.html
PYTHON ?= python3.11
NEEDED_MB := 4000
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# What the run's encoder needs beyond the first installation; the documents' languages decide, see stages/extras.py.
EXTRAS = extras=$$(python -m stages.extras) || exit $$?; for extra in $$extras; do \
	echo "Installing what the encoder $$extra needs."; $(PIP) --editable ".[$$extra]" || exit 1; done
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export NO_MKDOCS_2_WARNING := 1

# What a set-up needs of the machine, said before anything is installed.
define MACHINE
test -w . || { echo "$$PWD cannot be written. Copy the project to a folder of your own."; exit 2; }; \
command -v $(PYTHON) >/dev/null || { \
	echo "$(PYTHON) is missing. Install Python 3.11, or name the command that starts it: make run PYTHON=python3"; exit 3; }; \
$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null || { \
	echo "$(PYTHON) is not Python 3.11 or 3.12, or lacks venv, which Debian and Ubuntu have in python3.11-venv."; exit 3; }; \
test -x $(BIN)/python || { \
	free=$$(df -Pk . | awk 'NR == 2 { print int($$4 / 1000) }'); [ "$$free" -ge $(NEEDED_MB) ] || { \
	echo "The set-up needs $(NEEDED_MB) MB, and $$free MB are free here. Free some space, then run again."; exit 75; }; }
endef

# The stamp holds the place of the project, since installed commands do: a moved project is set up again.
MOVED := $(shell [ -s $(READY) ] && [ "$$(cat $(READY))" != "$$(pwd -P)" ] && echo moved)

.PHONY: setup $(MOVED) run data preset compare dictionary export figures plots verify \
	test test-slow bench docs lint clean

setup: $(DEVELOPMENT)

# Only what a run needs.
$(READY): pyproject.toml constraints.txt $(MOVED)
	@$(MACHINE)
	@$(if $(MOVED),echo "The project has moved from $$(cat $@): setting up again."; rm -rf $(VENV))
	@echo "Setting up $(VENV): 2.9 GB of packages on the first run; this takes a few minutes."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --editable .
	@python -m stages.setup
	@pwd -P > $@

# What tests, linters and documentation need as well.
$(DEVELOPMENT): $(READY) constraints-dev.txt
	@echo "Setting up the tools for tests and documentation: 0.5 GB more."
	@$(PIP) --constraint constraints-dev.txt --editable '.[dev]'
	@touch $@

# The page that `dvc plots show` fills. It contains the drawing library; DVC's own page loads it from a server.
$(PLOTS): $(READY)
	@$(PIP) --constraint constraints-dev.txt --editable '.[plots]'
	@python -m stages.plots_page

# PRESET=ecnews-40 writes presets/ecnews-40.yaml into params.yaml first.
run: $(READY)
	@if [ -n "$(PRESET)" ]; then python -m stages.preset "$(PRESET)"; fi
	@python -m stages.check
	@since=$$(date +%s); python -m stages.reproduce --quiet documents && $(EXTRAS) && \
		python -m stages.reproduce && python -m stages.show --since $$since

# DATASET=ecnews, rakuten_amazon or amazon_review; FROM=folder takes the files from disk.
data: $(READY)
	@python -m stages.fetch "$(DATASET)" $(if $(FROM),--from "$(FROM)")

preset: $(READY)
	@python -m stages.preset "$(PRESET)"

# DATASET=ecnews-40 MODELS=xtra,gloctm SEEDS=0,1,2: a preset, models or rows of comparisons/DATASET.yaml, seeds.
# ROWS=NAME uses the rows of comparisons/NAME.yaml; SET="name=value ..." is for all rows; OUT=reports/NAME: output.
compare: $(READY)
	@python -m stages.compare $(if $(DATASET),--preset "$(DATASET)") $(if $(MODELS),--models "$(MODELS)") \
		$(if $(SEEDS),--seeds "$(SEEDS)") $(if $(ROWS),--rows "$(ROWS)") \
		$(foreach pair,$(SET),--set "$(pair)") $(if $(OUT),--output "$(OUT)")

# OUT=folder: the dictionary of the present run as files to correct; then set `dictionary: folder`.
dictionary: $(READY)
	@test -n "$(OUT)" || { echo "make dictionary: the folder is missing. Name one, as in make dictionary OUT=mydictionaries"; exit 2; }
	@python -m stages.dictionary --output "$(OUT)"

# OUT=folder: a folder to share, with the model, topics and a model card; TEXTS=1 adds the documents' texts.
export: $(READY)
	@test -n "$(OUT)" || { echo "make export: the folder is missing. Name one, as in make export OUT=my-topics"; exit 2; }
	@python -m stages.export --output "$(OUT)" $(if $(TEXTS),--texts)

# Pictures of the run for papers, reports/figures/*.svg and *.png.
figures: $(READY)
	@python -m stages.figures

# Losses, coherence and accuracy as a page that needs no network: dvc_plots/index.html.
plots: $(PLOTS)
	@dvc plots show

# What is damaged on the disk, in the outputs and in the caches. MEND=1 removes it; then `dvc repro` makes it again.
verify: $(READY)
	@python -m stages.verify $(if $(MEND),--mend)

test: $(DEVELOPMENT)
	@python -m pytest -m "not slow" -n logical --maxprocesses 4 --dist loadfile

# PIPELINE_FUZZ_MINUTES=10: how long the property tests of tests/fuzz try random input, 60 minutes by default.
test-slow: $(DEVELOPMENT)
	@python -m pytest -m slow

# ONLY=train_step measures only this benchmark and keeps the other rows of benchmarks/results.json.
bench: $(READY)
	@python -m benchmarks $(if $(ONLY),--only "$(ONLY)")

# The site of docs/, written to site/; its pages parameters, tables and languages are generated from the code.
docs: $(DEVELOPMENT)
	@python -m docs.write_parameters && python -m docs.write_tables && python -m docs.write_languages
	@mkdocs build --strict --quiet

lint: $(DEVELOPMENT)
	@ruff check . && ruff format --check . && mypy

clean:
	rm -rf $(VENV) data/cache

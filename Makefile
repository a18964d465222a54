# One command for everything: `make help` lists the targets. Works with GNU make 3.81 (macOS) and later.

VENV = .venv
PY = $(VENV)/bin/python
# A copy of the lock that was installed: written last, so that an interrupted set-up is begun again.
READY = $(VENV)/installed.lock

# No ?= here: some shells export a NAME of their own.
# make train TASK=openmoji/flat2outlined NAME=my-run EPOCHS=20 PARAMETERS="-p batch_size 4"
TASK = openmoji/line2color
NAME = $(subst :,-,$(subst /,-,$(TASK)))
EPOCHS = 30
PARAMETERS =
# make pretrained NAME=openmoji/flat2outlined MINUTES=20
MINUTES =
# make lock UPGRADE=--upgrade
UPGRADE =
# make recorded NAMES=ring_losses
NAMES =
# make test PARALLEL="-n 0": one after the other, in one process
PARALLEL = -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
# make bench OPTIONS="--steps --quick"
OPTIONS =

# Only what is fatal: see studylib/quiet.py.
TF_CPP_MIN_LOG_LEVEL ?= 3
export TF_CPP_MIN_LOG_LEVEL

.PHONY: help study train report pretrained web images recorded recorded-check bench test test-full faults lint interpreter lock clean
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The server listens on this machine only and asks for the token in its address, or for the reader's own password;
# tools/jupyterlab tells the page not to ask about news and updates.
study: $(READY) ## open JupyterLab at the first notebook
	@$(PY) tools/study.py $(if $(filter 0,$(shell id -u)),--allow-root) --ServerApp.ip=127.0.0.1 --ServerApp.root_dir=. \
		--LabApp.app_settings_dir=tools/jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		$(JUPYTER_OPTIONS)

train: $(READY) ## train CycleGAN with the full budget into runs/<NAME>; repeat the command to continue
	@$(PY) tools/run_notebook.py notebooks/09_cyclegan.ipynb "runs/$(NAME)/09_cyclegan.ipynb" --cwd notebooks \
		-p run_name "$(NAME)" -p task "$(TASK)" -p epochs "$(EPOCHS)" $(PARAMETERS)
	-@$(PY) tools/write_report.py "runs/$(NAME)"

report: $(READY) ## write runs/<NAME>/report.html anew: curves, sheets, held-out pictures and the table of a run
	@$(PY) tools/write_report.py "runs/$(NAME)"

# NAME is a task here. OPTIONS is handed on: OPTIONS="--seed 1".
pretrained: NAME = $(TASK)
pretrained: EPOCHS = 60
pretrained: $(READY) ## train the weights of studylib/pretrained, or go on with it; MINUTES=20 for a stretch
	@$(PY) tools/train_pretrained.py "$(NAME)" --epochs "$(EPOCHS)" $(if $(MINUTES),--minutes "$(MINUTES)") $(OPTIONS)

# Static files for any server; without npm it says what to install. NAME is a task here, as above.
web: NAME = $(TASK)
web: $(READY) ## build the page that runs the trained generators in the browser, into build/web/
	@$(PY) tools/build_web.py "$(NAME)" $(OPTIONS)

# Longer than a notebook's minutes: made once, read by the notebooks, and repeated in part to see that they are true.
recorded: $(READY) ## make the recorded runs of notebooks/recorded anew; NAMES="ring_losses" for some of them
	@$(PY) tools/record_runs.py $(NAMES)

recorded-check: $(READY) ## repeat the start of every recorded run, and one of each file to its end, and compare
	@$(PY) tools/record_runs.py --check $(NAMES)

# PyTorch takes part where it is found: OPTIONS="--torch-python PATH", or the extra "torch" in this set-up.
bench: $(READY) ## measure the training step beside a textbook's and PyTorch's, and how it grows
	@PYTHONPATH=tests:tools $(PY) -m benchmarks $(OPTIONS)

images: $(READY) ## draw the static figures of images/ anew
	@$(PY) tools/draw_images.py

test: $(READY) ## run every test, the notebooks with small numbers included
	@$(PY) -m pytest $(PARALLEL)

test-full: $(READY) ## run every test, the notebooks with the numbers they are read with
	@$(PY) -m pytest $(PARALLEL) --full

faults: $(READY) ## run the long tests of what goes wrong: 50 kills, full disks, hostile files, 10,000 steps
	@$(PY) -m pytest $(PARALLEL) --full tests/faults tests/fuzz tests/test_long_runs.py

lint: $(READY) ## check the code and the notebooks' form
	@$(PY) -m ruff check .
	@$(PY) -m nbstripout --verify --keep-id notebooks/*.ipynb

interpreter: ## say which Python the set-up would use
	@sh tools/find_python.sh "$(PYTHON)"

# uv comes into a throw-away environment: only this target needs it.
lock: ## pin every package anew for requirements.lock and environment.yml
	@python=$$(sh tools/find_python.sh "$(PYTHON)") && folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		"$$python" -m venv "$$folder" && "$$folder/bin/python" -m pip install --quiet uv && \
		"$$folder/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
			--extra dev --extra tfds --extra tensorboard $(UPGRADE) pyproject.toml -o requirements.lock && \
		"$$python" tools/write_environment.py

clean: ## remove the set-up and every cache of this folder (runs/ stays)
	rm -rf $(VENV) .pytest_cache .hypothesis .ruff_cache build test-artifacts studylib.egg-info
	find notebooks studylib tests tools \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

$(READY): requirements.lock
	@if cmp -s requirements.lock $@; then touch $@; else \
		python=$$(sh tools/find_python.sh "$(PYTHON)") && \
		echo "Setting up $(VENV) with $$python: about 750 MB to download, a few minutes, the first time only." && \
		rm -f $@ && "$$python" -m venv --clear $(VENV) && \
		$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . && \
		cp requirements.lock $@; fi

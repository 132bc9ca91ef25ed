# make lab    open the course in JupyterLab
# make test   run every test and every notebook
# Each sets up its own virtual environment in .venv the first time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.PHONY: help lab demo test quick lint chapters notebooks handouts book book-pdf test-book bench clean

help:
	@echo "make lab        open chapter 00 in JupyterLab"
	@echo "make demo       chapter 09's laboratory as a page of its own, for the screen in class"
	@echo "make test       run every test and every notebook"
	@echo "make quick      lint, and the tests that need no notebook, browser, PDF or sandbox"
	@echo "make chapters   run the chapters with another processor's arithmetic: KERNEL=Haswell"
	@echo "make notebooks  run the chapters and keep their outputs"
	@echo "make handouts   notebooks and PDFs for students, and the instructor's key"
	@echo "make book       the course as a website, in site"
	@echo "make book-pdf   the course as one PDF, in site"
	@echo "make test-book  every page of the book in a browser"
	@echo "make bench      measure speed and accuracy"
	@echo "make clean      remove the virtual environment and the files made for chapter 08"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "On Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/installed-lab: pyproject.toml | $(VENV)/bin/python
	@echo "Installing the course (about a minute, the first time only)"
	@$(INSTALL) .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	@echo "Installing the course and its test tools (about a minute, the first time only)"
	@$(INSTALL) ".[test]"
	@touch $@ $(VENV)/installed-lab

$(VENV)/installed-instructor: pyproject.toml | $(VENV)/bin/python
	@echo "Installing the course and the instructor's tools (about a minute, the first time only)"
	@$(INSTALL) ".[instructor]"
	@touch $@ $(VENV)/installed-lab

$(VENV)/installed-book: pyproject.toml | $(VENV)/bin/python
	@echo "Installing the course and what makes the book (about a minute, the first time only)"
	@$(INSTALL) ".[book]"
	@touch $@ $(VENV)/installed-lab

$(VENV)/installed-demo: pyproject.toml | $(VENV)/bin/python
	@echo "Installing the course and Voilà (about a minute, the first time only)"
	@$(INSTALL) ".[demo]"
	@touch $@ $(VENV)/installed-lab

$(VENV)/installed-bench: pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the benchmarks compare with"
	@$(INSTALL) ".[bench,test]"
	@touch $@

# as root JupyterLab wants to be told so; without a screen there is no browser to open; in a
# container its port is reached from outside, protected by the token in the address; the course is
# first on the path, or a helpers.py beside the reader's notebook would be taken for it
lab: $(VENV)/installed-lab
	@flags=""; \
	if [ "$$(id -u)" = 0 ]; then flags="$$flags --allow-root"; fi; \
	if [ "$$(uname)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    flags="$$flags --no-browser"; \
	    echo "There is no screen here: open the address below in a browser."; fi; \
	if [ -f /.dockerenv ] || [ -f /run/.containerenv ]; then flags="$$flags --ip=0.0.0.0"; fi; \
	$(BIN)/python notebooks/copies.py && \
	echo "Starting JupyterLab on chapter 00; Ctrl-C twice stops it." && \
	exec env PYTHONPATH="$(CURDIR)$${PYTHONPATH:+:$$PYTHONPATH}" \
	    $(BIN)/python -m jupyterlab $$flags my_notebooks/00_start_here.ipynb

# make demo OPTIONS="--no-browser --port=8900"
demo: $(VENV)/installed-demo
	@exec $(BIN)/python -m coursework.demo $(OPTIONS)

test: lint
	$(BIN)/python -m pytest --numprocesses=auto

quick: lint
	$(BIN)/python -m pytest helpers tests -m "not slow" --numprocesses=auto

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# only OpenBLAS knows the variable; the last digits of the outputs may differ
chapters: $(VENV)/installed-test
	OPENBLAS_CORETYPE=$(KERNEL) $(BIN)/python -m pytest \
	    $(or $(foreach number,$(CHAPTERS),notebooks/$(number)_*.ipynb),notebooks) --nbval-lax \
	    --numprocesses=auto --loadscope-reorder

notebooks: $(VENV)/installed-test
	$(BIN)/python notebooks/execute.py

# make handouts COURSE="CS 1" TERM="Spring" CHAPTERS="01 03" WITHOUT="explore"
# the shell has a TERM of its own, the terminal's: only one given to make counts
handouts: $(VENV)/installed-instructor
	@$(BIN)/python -m coursework.handouts --course "$$COURSE" \
	    $(if $(findstring command,$(origin TERM)),--term "$$TERM") \
	    $(if $(DUE),--due "$$DUE") $(if $(CHAPTERS),--chapters $(CHAPTERS)) \
	    $(if $(WITHOUT),--without $(WITHOUT))

# make book COURSE="CS 1" TERM="Spring" CHAPTERS="01 03" WITHOUT="explore" STUDENT=1
# LAB=FOLDER, with Pyodide in it, lets readers run the chapters in the browser
book book-pdf: $(VENV)/installed-book
	@$(BIN)/python -m book $(if $(findstring pdf,$@),pdf,site) --course "$$COURSE" \
	    $(if $(findstring command,$(origin TERM)),--term "$$TERM") \
	    $(if $(CHAPTERS),--chapters $(CHAPTERS)) $(if $(WITHOUT),--without $(WITHOUT)) \
	    $(if $(STUDENT),--student) $(if $(LAB),--lab "$(LAB)")

test-book: $(VENV)/installed-test
	EVERY_PAGE=1 $(BIN)/python -m pytest tests/book

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/optimizers.py
	$(BIN)/python benchmarks/roworder.py
	$(BIN)/python benchmarks/recipes.py
	$(BIN)/python benchmarks/kaggle.py
	$(BIN)/python benchmarks/handwriting.py
	$(BIN)/python benchmarks/latency.py
	$(BIN)/python benchmarks/grading.py
	$(BIN)/python benchmarks/sweeps.py
	$(BIN)/python benchmarks/shards.py

clean:
	-$(BIN)/python -c 'from helpers.kaggle import CACHE; import shutil; shutil.rmtree(CACHE, True)'
	rm -rf $(VENV)

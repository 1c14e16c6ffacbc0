# Every command sets itself up: a fresh machine needs Python 3.11 or newer and make, nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
INFRA := $(VENV)/infra-ready
CODE := app.py chalicelib packs local bench infra tests conftest.py

PROVINCE ?=
ENV ?= production
FILE ?=

STACK := synth diff secrets deploy deploy-all connect-twilio publish rollback status redrive backup-drill destroy

.PHONY: help setup run test check format bench validate announce extend-hours open311-key understand pictures clean $(STACK)

help: ## list the commands
	@echo 'make COMMAND [NAME=value …]'
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  One stack: PROVINCE=dong-thap ENV=production|pilot; further options of a command: ARGS=--help'
	@echo '  Settings of make run: PROVINCE=dong-nai PORT=8022 SIM_PORT=8023 START=2020-01-01 DEMO=1 DYNAMODB=moto|local'

run: $(READY) ## one province on this machine: hotline on :8022, simulator on :8023
	@exec $(PY) -m local.run

test: $(INFRA) ## every test, as CI runs it
	@$(PY) -m pytest $(ARGS)

check: $(INFRA) ## lint, format and types
	@echo 'ruff check' && $(VENV)/bin/ruff check $(wildcard $(CODE))
	@echo 'ruff format --check' && $(VENV)/bin/ruff format --check $(wildcard $(CODE))
	@echo 'mypy' && $(VENV)/bin/mypy

format: $(READY) ## put the code into the house format
	@$(VENV)/bin/ruff check --fix $(wildcard $(CODE))
	@$(VENV)/bin/ruff format $(wildcard $(CODE))

bench: $(INFRA) ## the measurements of bench/, as a table
	@$(PY) -m bench

validate: $(READY) ## check a province pack: make validate PROVINCE=dong-thap (default: all)
	@$(PY) -m packs validate $(PROVINCE)

understand: $(READY) ## score the understanding of labelled messages: make understand FILE=messages.tsv
	@test -n '$(FILE)' || { echo 'Name the labelled messages: make understand FILE=messages.tsv' >&2; exit 2; }
	@$(PY) -m bench.understand '$(FILE)' $(if $(PROVINCE),--province $(PROVINCE))

pictures: $(READY) ## take the README's pictures anew (needs Chromium)
	@$(PY) -m local.pictures

# One stack per province (docs/ops/first-province.md); these need an AWS account, synth does not.
synth: ## the stack's template, below .local/cdk/
diff: ## what a deploy would change: code, directory
secrets: ## store missing secrets; ROTATE=NAME a new value, RETIRE=1 after a rotation
deploy: ## make or change the stack, publish the directory; URGENT=1: all at once; NUMBERS=later: connect them afterwards
deploy-all: ## several, with a table: PROVINCE='a b' or FILE=list.txt (default: all)
connect-twilio: ## point the Twilio numbers at the stack
publish: ## put the pack in force, no code
rollback: ## the directory before, or VERSION=…; WHAT=code: the code before
status: ## versions, alarms, queues, jobs, open cases
redrive: ## try again what failed
backup-drill: ## restore into new tables and compare
destroy: ## remove the stack, keep its data: CONFIRM=hotline-…

extend-hours: $(READY) ## longer hours, and publish: LINE=one_stop HOURS=17:00-20:00 UNTIL=2026-09-30 (FROM=, PHONES=)
	@$(PY) -m packs extend $(PROVINCE) --line '$(LINE)' --hours $(HOURS) --until '$(UNTIL)' \
		$(if $(FROM),--from '$(FROM)') $(if $(PHONES),--phones $(PHONES))
	@$(MAKE) --no-print-directory publish

announce: $(READY) ## a sentence in front of every call, and publish: TEXT='…' (EN='…' UNTIL=2026-09-30; no TEXT: take it away)
	@$(PY) -m packs announce $(PROVINCE) --text "$$TEXT" --english "$$EN" $(if $(UNTIL),--until '$(UNTIL)') \
		--then '$(MAKE_COMMAND) --no-print-directory publish'

open311-key: $(READY) ## a key for another city system, shown once: NAME=fixmystreet (EMAIL=)
	@test -n '$(NAME)' || { echo 'Name the system: make open311-key NAME=fixmystreet' >&2; exit 2; }
	@$(PY) -m packs open311-key '$(NAME)' $(if $(EMAIL),--email '$(EMAIL)')

$(STACK): COMMAND = $@
rollback: COMMAND = $(if $(filter code,$(WHAT)),rollback-code,rollback)
rollback: OPTIONS = $(if $(VERSION),--version '$(VERSION)')
secrets: OPTIONS = $(if $(ROTATE),--rotate '$(ROTATE)') $(if $(RETIRE),--retire)
deploy: OPTIONS = $(if $(URGENT),--urgent) $(if $(NUMBERS),--numbers '$(NUMBERS)')
deploy-all: OPTIONS = $(if $(FILE),--list '$(FILE)') $(if $(NUMBERS),--numbers '$(NUMBERS)')
destroy: OPTIONS = --confirm '$(CONFIRM)' $(if $(ALSO_PRODUCTION),--also-production)

$(STACK): $(INFRA)
	@$(PY) -m infra $(COMMAND) $(PROVINCE) --environment $(ENV) $(OPTIONS) $(ARGS)

setup: $(READY) ## make the environment in .venv, which every other command does by itself

clean: ## remove what the commands made: environment, caches, local data
	rm -rf $(VENV) .local .chalice/deployments chalice.out .pytest_cache .mypy_cache .ruff_cache .hypothesis infra/node_modules

# The first Python of 3.11 or newer; PYTHON=/path/to/python names another. Progress goes to stderr, so that the
# output of a command is its own even when it had to set itself up.
define INSTALL
	echo 'Installing the pinned libraries of $(1) (about a minute the first time) …' >&2; \
	rm -f $@; \
	{ $(PY) -m pip install --disable-pip-version-check --no-input --progress-bar off -r $(1) && touch $@; } 2>&1 \
	  | awk '!/already satisfied/ { print; fflush() }' >&2; \
	test -e $@ || { echo 'The installation did not finish; see above.' >&2; exit 1; }
endef

$(INFRA): $(READY) requirements-infra.txt
	@$(call INSTALL,requirements-infra.txt)

$(READY): requirements.txt requirements-dev.txt
	@set -e; \
	for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo 'Python 3.11 or newer is needed; name it with PYTHON=/path/to/python.' >&2; exit 1; fi; \
	if ! $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Making $(VENV) with $$($$python --version) …" >&2; \
	  $$python -m venv --clear $(VENV) >&2 || { echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }; \
	fi; \
	$(call INSTALL,requirements-dev.txt)

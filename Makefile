# Two commands do all the set-up: make run, make test. The work is done in scripts/.
.PHONY: run test check bench clean

run:
	@scripts/run

test:
	@scripts/test

check:
	@scripts/check

bench:
	@scripts/bench

clean:
	rm -rf .venv build dist tour *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

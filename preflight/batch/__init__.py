"""The run: plan, ledger, submit, watch, fetch, merge."""

"""Measurements and proofs under load: run by `make bench` and `make chaos`, not by `make test`."""

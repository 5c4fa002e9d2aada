"""Measures the product's speed and memory against a bare reference: `make bench`, see docs/benchmarks.md."""

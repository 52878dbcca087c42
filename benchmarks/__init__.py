"""Benchmarks: what gkedoctor costs, in ratios. `python -m benchmarks` runs them all."""

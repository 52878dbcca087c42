"""Benchmarks: what gkedoctor costs, as ratios measured in one run on one machine. `python -m benchmarks` runs them all."""

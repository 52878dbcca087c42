"""The graph over one snapshot, and what every edge builds on: refs, unknowns, selectors, quantities, times."""

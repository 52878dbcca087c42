"""Container logs: lines, entries, runs, and what the telling entry of a run reports."""

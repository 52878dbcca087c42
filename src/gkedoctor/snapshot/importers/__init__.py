"""Readers of what other tools write. Each gathers; only the intake makes a snapshot of it."""

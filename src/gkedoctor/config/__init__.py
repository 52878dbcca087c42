"""What a team sets once: defaults of a report, and the findings that it does not want to hear of."""

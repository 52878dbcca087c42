"""Tasks for AI agents on recorded clusters, and a scorer for their transcripts. See README.md."""

"""What the API server refuses: quotas, limits, webhooks, Pod Security."""

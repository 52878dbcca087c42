"""The tools, one module each: what it takes, what it gives, and the function between, without the SDK."""

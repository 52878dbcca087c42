"""A Kubernetes API for tests that starts from a snapshot and takes writes. It listens on 127.0.0.1 only.

Reading is what `gkedoctor serve` does; writing is here alone, so that nothing writable ships.
"""

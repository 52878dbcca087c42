"""Makes the pages under `docs/` that are made from data, the man page, and the site. `make docs` runs it."""

"""Live collectors: they fill a `Gathered` and know nothing else. One module an API; only GET and reviews leave."""

"""A recorded cluster as a read-only Kubernetes API on loopback, for kubectl and gkedoctor's own collectors.

`api` answers requests and knows no network; `server` brings them in by HTTP. What the recording knows of its own
gaps is answered as an API server would: a denied collection with 403, one that failed with 503, one that is not
served or was never asked with 404, an incomplete one with what there is and a `Warning` header.
"""

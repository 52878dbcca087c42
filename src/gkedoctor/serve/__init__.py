"""A recorded cluster as a read-only Kubernetes API on loopback, for kubectl and gkedoctor's own collectors.

`api` answers requests and knows no network; `server` brings them in by HTTP. What the recording knows of its own
gaps is answered so that nobody takes a gap for "there is none", neither a reader nor a collector that records it again:

denied                       403, in the words of the cluster that refused
failed                       503, with the reason
disabled                     404, and not in discovery
not asked                    403 for kinds without which nothing can be said (`ESSENTIAL`), 404 for the others
namespaces not asked, unread 403 or 503 there; without a namespace 403 where only some were asked
partial, malformed           200 with what there is, and on it `Warning: 299 gkedoctor "KIND: the recording is not …"`;
                             503 for one object that is not among it
"""

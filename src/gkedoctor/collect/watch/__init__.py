"""Follows lists of the Kubernetes API by watching them, as k8s.io/client-go/tools/cache does.

`events.py` reads the stream, `connection.py` opens it, `reflector.py` keeps one list up to date for as long as it runs.
"""

"""Manifests: files that are to be applied, read as a snapshot without status.

`read` gathers the objects of files with their places, `world` makes snapshots of them: a Pod for every Pod template,
what every cluster has, and what is not in the files unknown.
"""

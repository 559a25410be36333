"""The HTTP service: one stream behind an API, for pipelines that are not written in Python."""

"""A file of unknown make -> the YAML that imports it, with its reasons: `cdp-pipelines suggest`."""

from cdp_pipelines.suggestions.suggesting import suggest

__all__ = ["suggest"]

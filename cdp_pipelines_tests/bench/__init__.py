"""The bench: how fast an import is, against a raw COPY of the same bytes and against dlt. Start with `make bench`."""

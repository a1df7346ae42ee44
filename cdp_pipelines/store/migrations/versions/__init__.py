"""The store's revisions in order: `NNNN_subject.py`, with `NNNN` as the revision."""

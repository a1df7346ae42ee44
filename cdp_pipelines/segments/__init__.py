"""Segments: who is a champion, who is lapsing. A rule in YAML becomes SQL; Postgres finds the members."""

"""Bytes -> rows of text, and named formats -> canonical rows. What a valid row is, `schemas` knows."""

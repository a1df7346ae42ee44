"""Transformations of a file's columns before they are validated: rename, copy, new, delete, split, join, filter."""

"""Rows of orders: grouped, judged, compared, merged, and turned into documents and events."""

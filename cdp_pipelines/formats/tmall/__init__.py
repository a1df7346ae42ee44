"""The two files of a Tmall export: a row per order, a row per line item, and what joins them."""

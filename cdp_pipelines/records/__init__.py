"""Flat records, of which a row is one item: promotions, vouchers, custom events."""

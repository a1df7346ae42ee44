"""Alerts: what went wrong with imports, told once to whoever wants to know, and told again when it is over."""

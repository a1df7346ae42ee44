"""People behind orders: identities and profiles."""

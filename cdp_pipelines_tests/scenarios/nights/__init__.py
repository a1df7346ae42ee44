"""Simulated nights: a shop's daily files arrive as badly as they can, and every one ends applied once or explained."""

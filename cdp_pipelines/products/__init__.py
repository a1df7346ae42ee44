"""Products: entries of feeds to documents, and documents to a history of versions."""

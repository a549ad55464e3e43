"""From the corpus folder to a searchable build: nouns, reading, encoding, indexing. Imports nothing of the assistant."""

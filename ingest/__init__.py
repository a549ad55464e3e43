"""From the corpus folder to a searchable build. Imports nothing of the assistant."""

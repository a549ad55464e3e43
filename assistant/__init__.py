"""One question to one checked answer. Imports `ingest`, never `ui`."""

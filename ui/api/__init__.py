"""The HTTP service. FastAPI stops here."""

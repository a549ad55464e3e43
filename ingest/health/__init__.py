"""The corpus's health: everything that is wrong with it, as one list with file, line and fix. The merge gate.

One family of rules a module; `check` gathers them.
"""

from ingest.health.check import Health, check
from ingest.health.readability import grade

__all__ = ["Health", "check", "grade"]

"""The guard screens every question and reviews every answer. Its rules, replies and training text are data."""

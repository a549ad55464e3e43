"""The guard: screens every question and reviews every answer. Rules, replies and training text are data beside the code."""

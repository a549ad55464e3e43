"""Measuring the assistant: quality with the evaluation sets, speed with a bench. Reports, never gates."""

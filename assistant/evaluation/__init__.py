"""Measuring the assistant: speed now, quality with the evaluation sets. Reports, never gates."""

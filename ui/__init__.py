"""The faces of the assistant: HTTP service and terminal. They translate and decide nothing."""

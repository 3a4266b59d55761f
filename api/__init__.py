"""WAYS IN: the HTTP API, the boards and the command line."""

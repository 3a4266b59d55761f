"""UNDERSTAND: what a post says, by a model that knows its own doubt."""

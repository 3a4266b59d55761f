"""COLLECT: posts from sources and files to the door of intake."""

"""One file a source. base.py is the contract they keep."""

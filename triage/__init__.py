"""DECIDE: from an accepted post to a case on a desk, with its deadline and alarm."""

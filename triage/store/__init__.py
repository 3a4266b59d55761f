"""SQL and nothing else: one file a noun. Callers open the transaction, functions here take its connection."""

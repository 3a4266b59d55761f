"""City packs: the facts that differ between local governments, one folder each."""

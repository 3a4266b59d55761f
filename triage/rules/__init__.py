"""Every decision of triage as a pure function: no SQL, Redis, web, files, clock or chance."""

"""The stages of the pipeline, one file each: load -> rule -> result. Their order is triage.pipeline.STAGES.

A stage gets a batch of drafts and the context, and fills its own field of each draft.
Stages never call each other and never write: triage.store.decisions writes the whole
batch at the end.
"""

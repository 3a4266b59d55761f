"""One file a resource. api.app is the index of them all."""

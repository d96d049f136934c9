"""The Pulumi program: what batch jobs need at each provider, and the promises about it."""

"""The only importers of a cloud SDK; plain answers out, LookError for no answer."""

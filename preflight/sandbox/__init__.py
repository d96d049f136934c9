"""A local world that refuses as the real ones do."""

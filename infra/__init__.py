"""The Pulumi program: what preflight checks is what this provisions."""

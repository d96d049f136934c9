"""Azure on loopback: Entra tokens, Resource Manager, role assignments, and Azure OpenAI."""

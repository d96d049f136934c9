"""Know that an LLM batch will run before it is sent, then run it."""

"""What each command does, once its arguments are parsed; each returns the exit code."""

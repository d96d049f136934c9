"""Who may do what, by the documents alone."""

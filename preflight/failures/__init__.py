"""How batch jobs really fail: what a text means, which check sees it before, the repair."""

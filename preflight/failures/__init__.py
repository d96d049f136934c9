"""How batch jobs really fail, as a dictionary: what a text means, who sees it before, the repair."""

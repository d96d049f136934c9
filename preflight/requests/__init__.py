"""The request file: read, counted, judged, in flat memory."""

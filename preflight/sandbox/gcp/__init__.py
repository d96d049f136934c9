"""Google Cloud on loopback: the APIs a Vertex AI batch job touches, each of them able to say no."""

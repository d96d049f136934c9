"""Dated tables of what no API tells."""

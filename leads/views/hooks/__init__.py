"""Doors for providers and vendors: what they post is theirs by its signature, and taken in once."""

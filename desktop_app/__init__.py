"""Maquette: an offline generative design studio."""

__version__ = "0.1.0"

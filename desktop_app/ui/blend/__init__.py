"""The Blend workspace."""

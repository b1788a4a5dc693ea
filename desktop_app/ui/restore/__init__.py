"""The Restore workspace."""

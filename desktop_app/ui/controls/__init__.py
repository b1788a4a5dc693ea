"""Small controls that every room shares."""

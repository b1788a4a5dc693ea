"""The Explain workspace: why a classifier says what it says."""

"""What the studio is doing and remembers. No widgets."""

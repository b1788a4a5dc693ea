"""What there is to know about models: their cards, their check-ups, two of them side by side. Knows no workspace."""

"""How things look: colours, sizes, icons and fonts from one table each. Knows no workspace."""

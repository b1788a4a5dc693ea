"""What the models can do: numpy in, numpy out. No Qt, no torch, no network."""

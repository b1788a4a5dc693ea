"""From data to a model package: the only home of torch in the project."""

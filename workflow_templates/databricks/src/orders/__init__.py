"""Orders on their way through the data lake: landed, raw, clean, and summed up for reading."""

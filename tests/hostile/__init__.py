"""A server that misbehaves in every way that we could think of, and what the suite must make of each."""

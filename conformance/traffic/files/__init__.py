"""Recordings as they lie in files and storages: found, told apart, and read as a stream of exchanges."""

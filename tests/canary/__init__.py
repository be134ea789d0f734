"""A secret in every place of a target file that has one, a server that sings of them all, and a search for the song."""

"""Recorded exchanges: read from files, recognised, judged by the same judge, summed up. Sends nothing."""

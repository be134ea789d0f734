"""From options to a written report: what one run is. Above everything but the runner and the command line."""

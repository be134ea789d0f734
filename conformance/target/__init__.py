"""The side that meets a server: target file, secrets, guard, wire, exchanger, journal."""

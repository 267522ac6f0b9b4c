"""Engines: from a target and a library to a plan."""

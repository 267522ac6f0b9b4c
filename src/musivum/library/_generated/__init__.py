"""Tiles that are drawn instead of read."""

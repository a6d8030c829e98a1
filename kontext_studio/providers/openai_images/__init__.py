"""Servers that take pictures the way OpenAI's images interface does, and how they differ."""

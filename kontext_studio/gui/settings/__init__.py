"""Settings as a surface of the window: pages that take values and tell what a person changes."""

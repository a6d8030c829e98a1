"""Services over a route: what the program asks of them, and the only user of httpx."""

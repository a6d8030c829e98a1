"""Measurements of what a person feels. Each module measures one thing; __main__ prints them."""

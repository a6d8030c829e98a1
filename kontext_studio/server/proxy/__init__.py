"""The key-holding proxy for a team: its people's programs need no key of any service."""

"""The other end of the wire: an engine served in fal's protocol on this machine."""

"""What operations do to pixels: each module one family, each function picture in, picture out."""

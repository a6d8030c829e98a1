"""Finding things by their colour: the picture's own band, its coherent parts, a soft mask."""

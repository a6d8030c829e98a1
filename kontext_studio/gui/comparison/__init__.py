"""The parts of the Compare tab: widgets with values in and signals out."""

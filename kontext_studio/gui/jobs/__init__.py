"""The jobs list: what each run is doing, in words and widgets."""

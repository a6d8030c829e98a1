"""The words of the domain, the rules of history and jobs: no files, no clock, no network."""

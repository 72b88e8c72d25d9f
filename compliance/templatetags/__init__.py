"""Template tags of the curators' pages."""

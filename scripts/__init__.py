"""Programs for developers and CI; none is part of the image."""

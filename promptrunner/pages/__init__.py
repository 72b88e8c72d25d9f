"""The web pages: what architects and planners see. Thin over the same services as the API; every page works without scripts, but for the 3D view."""

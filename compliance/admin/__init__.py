"""The curators' admin: the law as drafts and releases, runs and disputes to read."""

from compliance.admin import clauses, records, releases

__all__ = ["clauses", "records", "releases"]

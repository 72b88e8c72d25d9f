"""What can be wrong with a file to be audited."""


class AuditError(ValueError):
    """The file, its columns or the rulebook cannot be audited; the sentence says what to do."""

    code = "audit_error"

"""What the OpenAPI document says of our tokens."""

from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme


class ApiTokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    """The API token, as knox's own."""

    target_class = "promptrunner.tokens.ApiTokenAuthentication"
    name = "apiToken"

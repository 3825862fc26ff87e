"""The fixtures of the tests of TLS, which the tests of vmforward have too."""

from tls_fixtures import certificates, client, own, serve  # noqa: F401

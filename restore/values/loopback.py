"""This machine, as URLs name it: the only place where anything is reached without TLS."""

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")

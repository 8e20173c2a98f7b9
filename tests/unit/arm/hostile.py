"""URLs that a hostile or broken Azure could hand out, each a trick to make a token leave home.

A form takes the URL that would be right and returns the trick. Every one of them must be left
alone, wherever it comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

Form = Callable[[str], str]

HOST = "management.azure.com"
EVIL = "evil.example"


def _origin(origin: str) -> Form:
    return lambda url: f"{origin}{_tail(url)}"


def _tail(url: str) -> str:
    return url.removeprefix(f"https://{HOST}")


def _path(change: Callable[[str], str]) -> Form:
    def changed(url: str) -> str:
        parts = urlsplit(url)
        return parts._replace(path=change(parts.path)).geturl()

    return changed


def _swap(old: str, new: str) -> Form:
    return lambda url: url.replace(old, new, 1)


_ORIGINS = {
    "foreign host": f"https://{EVIL}",
    "our host as a subdomain": f"https://{HOST}.{EVIL}",
    "our host glued to another": f"https://evil{HOST}",
    "a subdomain of ours": f"https://evil.{HOST}",
    "our host as a path": f"https://{EVIL}/{HOST}",
    "our host as a query": f"https://{EVIL}/?x=https://{HOST}",
    "our host as a fragment": f"https://{EVIL}#{HOST}",
    "our host as user": f"https://{HOST}@{EVIL}",
    "our host as user and password": f"https://{HOST}:443@{EVIL}",
    "our host as encoded user": f"https://{HOST}%40{EVIL}",
    "our host as user after a slash": f"https://{EVIL}/@{HOST}",
    "user at our host": f"https://user@{HOST}",
    "user and password at our host": f"https://user:pass@{HOST}",
    "empty user": f"https://@{HOST}",
    "two ats": f"https://a@{HOST}@{EVIL}",
    "backslash before at": f"https://{HOST}\\@{EVIL}",
    "backslash for slash": f"https://{EVIL}\\{HOST}",
    "backslashes for slashes": f"https:\\\\{EVIL}",
    "slash and backslash": f"/\\{EVIL}",
    "three slashes": f"https:///{EVIL}",
    "one slash": f"https:/{EVIL}",
    "no slash": f"https:{EVIL}",
    "no scheme": f"//{EVIL}",
    "no scheme at home": f"//{HOST}",
    "no scheme and no slashes": EVIL,
    "http": f"http://{HOST}",
    "http with the port of https": f"http://{HOST}:443",
    "ftp": f"ftp://{HOST}",
    "file": f"file://{HOST}",
    "javascript": f"javascript://{HOST}",
    "scheme within a scheme": f"url:https://{HOST}",
    "other port": f"https://{HOST}:8443",
    "port of http": f"https://{HOST}:80",
    "port with a zero in front": f"https://{HOST}:0443",
    "port with a plus": f"https://{HOST}:+443",
    "port that wraps around": f"https://{HOST}:65979",
    "empty port": f"https://{HOST}:",
    "port in Arabic digits": f"https://{HOST}:٤٤٣",
    "IPv6": "https://[::1]",
    "IPv6 that holds IPv4": "https://[::ffff:169.254.169.254]",
    "IPv6 with a zone": "https://[fe80::1%25eth0]",
    "IPv6 left open": "https://[::1",
    "IPv4": "https://169.254.169.254",
    "IPv4 as a number": "https://2852039166",
    "IPv4 in hexadecimal": "https://0xa9fea9fe",
    "IPv4 in octal": "https://0251.0376.0251.0376",
    "IPv4 cut short": "https://127.1",
    "loopback": "http://127.0.0.1:7072",
    "localhost": "https://localhost",
    "punycode": "https://management.xn--azue-4na.com",
    "Cyrillic letter": "https://mаnagement.azure.com",
    "full-width letters": "https://ｍanagement.azure.com",
    "full-width slash": f"https://{HOST}／.{EVIL}",
    "ideographic stop": "https://management.azure。com",
    "soft hyphen": "https://management.az\u00adure.com",
    "zero-width space": f"https://{HOST}\u200b",
    "dotless i and capitals": "https://MANAGEMENT.AZURE.COM.EVİL.EXAMPLE",
    "dot at the end": f"https://{HOST}.",
    "two dots": "https://management..azure.com",
    "encoded dot": "https://management%2eazure.com",
    "encoded letter": "https://%6danagement.azure.com",
    "tab in the host": "https://management.azure\t.com",
    "line end in the host": f"https://{HOST}\n.{EVIL}",
    "blank in front": f" https://{HOST}",
    "line end in front": f"\nhttps://{HOST}",
    "NUL in the host": f"https://{HOST}\x00.{EVIL}",
    "delete character": f"https://{HOST}\x7f",
    "semicolon in the host": f"https://{HOST};{EVIL}",
    "other cloud": "https://management.chinacloudapi.cn",
    "comma in the host": f"https://{HOST},{EVIL}",
}

_TAILS: dict[str, Form] = {
    "absolute path": _tail,
    "relative path": lambda url: _tail(url).lstrip("/"),
    "upward path": lambda url: f"../..{_tail(url)}",
    "empty": lambda url: "?",
    "other subscription": _swap("/subscriptions/0", "/subscriptions/1"),
    "other group": _swap("/resourceGroups/", "/resourceGroups/other-"),
    "other vault": _swap("/vaults/", "/vaults/other-"),
    "vault whose name goes on": _path(lambda path: path.replace("/vaults/", "/vaults/x", 1)),
    "other provider": _swap("Microsoft.RecoveryServices", "Microsoft.KeyVault"),
    "doubled subscriptions": _swap("/subscriptions/", "/subscriptions//subscriptions/"),
    "double slash in front": lambda url: f"https://{HOST}/{_tail(url)}",
    "double slash": _swap("/providers/", "/providers//"),
    "slash at the end": _path(lambda path: f"{path}/"),
    "dot segment": _path(lambda path: f"{path}/../x"),
    "single dot": _swap("/providers/", "/./providers/"),
    "encoded dot segment": _path(lambda path: f"{path}/%2e%2e/x"),
    "half encoded dot segment": _path(lambda path: f"{path}/.%2E/x"),
    "twice encoded dot segment": _path(lambda path: f"{path}/%252e%252e/x"),
    "encoded slash": _path(lambda path: f"{path}%2fx"),
    "encoded slashes for slashes": _path(lambda path: path.replace("/providers/", "%2Fproviders/")),
    "encoded backslash": _path(lambda path: f"{path}%5c..%5cx"),
    "backslash": _path(lambda path: f"{path}\\..\\x"),
    "encoded NUL": _path(lambda path: f"{path}%00"),
    "encoded line end": _path(lambda path: f"{path}%0d%0aHost:%20{EVIL}"),
    "line end and a header": lambda url: f"{url}\r\nHost: {EVIL}\r\nX: ",
    "encoded question mark": _path(lambda path: f"{path}%3Fx=y"),
    "fragment": lambda url: f"{url}#{EVIL}",
    "blank": _swap("/providers/", "/prov iders/"),
    "letter beyond ASCII": _swap("/providers/", "/providers∕"),
    "something below": _path(lambda path: f"{path}/more/and/more"),
    "the group itself": _path(lambda path: path.split("/providers/")[0]),
    "the subscription itself": _path(lambda path: "/".join(path.split("/")[:3])),
    "the root": _path(lambda path: "/"),
    "no path": lambda url: f"https://{HOST}",
    "far too long": lambda url: f"{url}&x={'a' * 40_000}",
    "keys of a storage account": lambda url: f"https://{HOST}/subscriptions/1/listKeys?x=1",
    "a million letters": lambda url: "https://" + "a" * 1_000_000,
    "nothing but a scheme": lambda url: "https://",
}

FORMS: dict[str, Form] = {
    **{name: _origin(origin) for name, origin in _ORIGINS.items()},
    **_TAILS,
}

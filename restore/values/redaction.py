"""Take secrets out of text from outside, whatever form they have; what helps people stays.

Services quote what they were sent: a signed URL in an error message, a connection string, a header.
A secret is known by its structure (a query, a name and a value, a header, a token's beginning) or
by its randomness, and it is looked for beneath percent-encoding and JSON's escapes as well. Links
to help pages, ids and names stay. Rules see text that was cut before, and each takes linear time.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from functools import cache
from operator import ne
from string import ascii_lowercase, ascii_uppercase, digits
from urllib.parse import unquote

from restore.values.plain_text import plain

TEXT_CHARS_MAX = 1000
REMOVED = "[removed]"

HELP_HOSTS = frozenset(
    {
        "aka.ms",
        "azure.microsoft.com",
        "docs.microsoft.com",
        "go.microsoft.com",
        "learn.microsoft.com",
        "portal.azure.com",
        "support.microsoft.com",
    }
)

_CUT_FIRST = 8  # times the length wanted, so that megabytes of rubbish cost nothing
_EDGE_CHARS = 100  # at the cut a secret may be torn, and is not recognised
_ENCODINGS_MAX = 3
_KEY_CHARS = (44, 88)  # 32 and 64 bytes in Base64
_RUN_CHARS_MIN = 32
"""Keys of Azure Storage have 88 characters, GUIDs 36 with hyphens, resource names fewer."""
_PART_CHARS_MIN = 8
_JUMBLED_CHARS_MIN = 24
_CASE_MIN = 0.1  # of the characters are capitals, and as many small letters
_KINDS = str.maketrans(digits + ascii_uppercase + ascii_lowercase, "0" * 10 + "A" * 26 + "a" * 26)
_WORDS_MIN = 0.7  # of the characters stand in words of three and more; about 0.28 of random ones do
_JUMBLED = 0.36  # of neighbours differ in kind: about 0.6 of random ones do, 0.2 of those in words

_URL_END = r"""(?:[^\s"'<>\\]|\\(?!["']))*"""
_BLOCK = r"-----BEGIN\s[^-]{1,60}-----(?:(?!-----END\s).)*(?:-----END\s[^-]{1,60}-----)?"
_LINK = rf"(?<![a-z0-9+.-])[a-z0-9+.-]+:\\?/\\?/{_URL_END}|[?&][\w.$-]+={_URL_END}"
_HEADER = r"""
    authorization["'\\]*\s*[:=]\s*["'\\]*(?:(?:basic|bearer|sharedkey|sharedkeylite|negotiate|ntlm
        |pop|hmac-sha256|sharedaccesssignature)\s+)?[^\s"'<>]+
  | \bbearer\s+(?!(?:tokens?|auth\w*|scheme|challenge|realm|errors?|is|was|and|or|in|for)\b)
        [\w.~+/=-]+
"""
_NAMED = r"""
    (?: (?<![a-z])(?:sig|pwd) | signature | passw(?:or)?d | passphrase | connection[_ -]?string
      | client[_ -]?(?:secret|assertion) | x-functions-key
      | (?:access|account|api|functions?|host|master|primary|private|secondary|storage|subscription
            |system)[_ -]?key
      | (?:access|auth|id|refresh|sas)[_ -]?token
      | shared[_ -]?access[_ -]?(?:key|signature)
    )["'\\]*\s*[=:]\s*(?:(?P<quote>\\{0,8}["'])(?:(?!(?P=quote)).)*|[^\s;<>]+)
  | (?<![a-z])(?:token|secret)(?:["'\\]+\s*:|\s*=)\s*
        (?:(?P<mark>\\{0,8}["'])(?:(?!(?P=mark)).)*|[^\s;<>]+)
"""
_TOKEN = r"(?<![a-z0-9])eyJ[\w-]{6,}(?:\.[\w-]*)* | [\w.~-]{3}\dQ~[\w.~-]{31,}"
_BASIC = r"\bbasic\s+[\w+/-]+={0,2}"
_RUN = rf"[A-Za-z0-9+/_-]{{{_RUN_CHARS_MIN},}}={{0,2}}"
_ENCODED = r"""(?<![^\s"'<>])[^\s"'<>]*?(?:%[0-9a-f]{2}|\\u00[0-9a-f]{2}|\\/)[^\s"'<>]*"""
_SUSPICIOUS = rf"[=?&%]|\S:|\\[u/]|-----BEGIN|authorization|basic\s|bearer\s|{_TOKEN}|{_RUN}"

_SENSITIVE = r"[?&#;][\w.$-]*(?:sig|code|key|token|secret|pass|pwd|cred|auth)[\w.$-]*="
_HOST = r"https?:\\?/\\?/([^/\\?#]+)"


def redacted(text: str, chars_max: int = TEXT_CHARS_MAX) -> str:
    """The text on one line, without secrets, not longer than that."""
    window = _CUT_FIRST * chars_max
    clean = _without_secrets(plain(text, window))
    if len(text) > window:
        clean = clean[:-_EDGE_CHARS]
    clean = clean.strip()
    return clean if len(clean) <= chars_max else f"{clean[: chars_max - 1]}…"


def has_form_of_secret(text: str) -> bool:
    """Whether a text is built as secrets are. Randomness alone does not count: it says nothing of a
    name, and a name that is taken for a key is one that Azure cannot be asked for."""
    return _without_forms(text) != text


def _without_secrets(line: str) -> str:
    if not _compiled(_SUSPICIOUS).search(line):
        return line
    return _remove(_without_open_secrets(line), _ENCODED, _is_clean_inside)


def _without_open_secrets(line: str) -> str:
    return _remove(_without_forms(line), _RUN, _is_no_key)


def _without_forms(line: str) -> str:
    for pattern, stays in (
        (_BLOCK, None),
        (_LINK, _is_harmless_link),
        (_HEADER, None),
        (_NAMED, None),
        (_BASIC, _is_no_login),
        (_TOKEN, None),
    ):
        line = _remove(line, pattern, stays)
    return line


def _remove(line: str, pattern: str, stays: Callable[[str], bool] | None) -> str:
    """Remove what the pattern finds, unless it may stay after all."""

    def instead(found: re.Match[str]) -> str:
        return found[0] if stays is not None and stays(found[0]) else REMOVED

    return _compiled(pattern).sub(instead, line)


def _is_harmless_link(link: str) -> bool:
    """Without a query, a fragment and a login, or a help page's with nothing in them to hide."""
    if link[0] in "?&":
        return False
    if not any(sign in unquote(link) for sign in "?#@"):
        return True
    host = _compiled(_HOST).match(link)
    if host is None or host[1].lower() not in HELP_HOSTS:
        return False
    rest = unquote(link[host.end() :]).replace("\\", "")
    return not ("://" in rest or _compiled(_SENSITIVE).search(rest))


def _is_no_login(header: str) -> bool:
    """Words such as "Basic authentication", and not a name and a password."""
    encoded = header.split()[1].translate(str.maketrans("+/", "-_"))
    try:  # padding beyond need is no fault
        return ":" not in urlsafe_b64decode(f"{encoded}==").decode()
    except ValueError:  # of Base64, or of UTF-8
        return True


def _is_no_key(run: str) -> bool:
    """Ids, paths and names: parts that are words, or hexadecimal, between their separators."""
    if run.endswith("=") and len(run) in _KEY_CHARS:
        return False
    parts = re.split(r"[+/_=-]", run)
    return sum(len(part) for part in parts if _is_jumbled(part)) < _JUMBLED_CHARS_MIN


def _is_jumbled(part: str) -> bool:
    if len(part) < _PART_CHARS_MIN:
        return False
    kinds = part.translate(_KINDS)
    # Hexadecimal and names that a machine made are of one case, and so is what Azure lower-cases.
    rarer = min(kinds.count("A"), kinds.count("a"))
    changes = sum(map(ne, kinds, kinds[1:]))
    is_mixed = rarer >= _CASE_MIN * len(part) and changes >= _JUMBLED * (len(part) - 1)
    return is_mixed and not _is_made_of_words(part)


def _is_made_of_words(part: str) -> bool:
    """Names such as aksProdWestEurope01."""
    words = re.findall(r"[A-Z][a-z]{2,}|^[a-z]{3,}", part)
    return sum(len(word) for word in words) >= _WORDS_MIN * len(part)


def _is_clean_inside(token: str) -> bool:
    """Whether nothing is found beneath its encodings; what is encoded on and on is not trusted."""
    for _ in range(_ENCODINGS_MAX):
        token = _decoded(token)
        if _without_open_secrets(token) != token:
            return False
    return _decoded(token) == token


def _decoded(token: str) -> str:
    unescaped = re.sub(r"\\+u00([0-9A-Fa-f]{2})", r"%\1", token)
    return unquote(re.sub(r"\\+/", "/", unescaped))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """On first use: most processes never see a text that needs all of them."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE | re.DOTALL | re.ASCII)

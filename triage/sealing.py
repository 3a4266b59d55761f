"""Keys derived from the root secret: sealed originals, author pseudonyms, demo sign-ins."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from triage.errors import SettingsRefused


class Sealer:
    """Encrypts what people must not see by default, and names authors without knowing them."""

    def __init__(self, secret: bytes) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret, "sealed-originals")))
        self._pseudonyms = _derive(secret, "author-pseudonyms")
        self._demo = _derive(secret, "demo-sign-ins")

    def seal(self, text: str) -> bytes:
        """Encrypt an original. Lone surrogates survive the round trip."""
        return self._fernet.encrypt(text.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """Decrypt an original. Raises SettingsRefused if it was sealed under another secret."""
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise SettingsRefused(
                "this text was sealed under another DENGAR_SECRET_KEY", remedy="start with the former secret"
            ) from None

    def pseudonym(self, source: str, author: str) -> str:
        """A stable name for one author at one source, useless without the secret; '' for none."""
        if not author:
            return ""
        message = f"{source}\0{author.casefold()}".encode("utf-8", "surrogatepass")
        return hmac.new(self._pseudonyms, message, hashlib.sha256).hexdigest()[:20]

    def demo_password(self, login: str) -> str:
        """The demo password of a login: random per installation, yet printable at every start."""
        digest = hmac.new(self._demo, login.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest)[:12].decode().lower()


def _derive(secret: bytes, purpose: str) -> bytes:
    """One independent 256-bit key per purpose (HKDF's expand step with a single block, RFC 5869)."""
    return hmac.new(secret, f"dengar/{purpose}\x01".encode(), hashlib.sha256).digest()

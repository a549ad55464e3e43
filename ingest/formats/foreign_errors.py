"""Why a foreign document cannot be read; each error says what is wrong with the file and how to mend it.

ForeignError
├── UnknownFormat    its suffix names no format that is read
├── WronglyNamed     its content is of another format than its suffix says
├── EmptyFile        it holds nothing
├── Undecodable      its bytes are no text in any encoding
├── Encrypted        it needs a password
├── BrokenFile       its format's own rules are broken
├── TooLarge         it is past a bound, packed or unpacked
└── NoText           it can be read, and holds no text
"""

from ingest.errors import SOTError


class ForeignError(SOTError):
    """A foreign document cannot be read."""


class UnknownFormat(ForeignError):
    """The suffix names no format that is read."""


class WronglyNamed(ForeignError):
    """The content is of another format than the suffix says."""


class EmptyFile(ForeignError):
    """The file holds nothing."""


class Undecodable(ForeignError):
    """The bytes are no text in any encoding."""


class Encrypted(ForeignError):
    """The file needs a password."""


class BrokenFile(ForeignError):
    """The format's own rules are broken."""


class TooLarge(ForeignError):
    """The file is past a bound, packed or unpacked."""


class NoText(ForeignError):
    """The file can be read, and holds no text."""

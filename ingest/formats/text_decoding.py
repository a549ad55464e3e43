"""Bytes of a text file to characters: byte order mark, UTF-8, UTF-16, or what charset-normalizer recognises."""

import codecs

from ingest.formats.foreign_errors import Undecodable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256"]
_MULTI_BYTE = ["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"]
_CONTROLS_SHARE_MAX = 0.01
_SAMPLE_BYTES = 200_000


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Decode a text file.

    Args:
        data: its bytes.
        name: its name, for the error.

    Returns:
        The text with line feeds between lines, and the encoding it was read as.

    Raises:
        Undecodable: it is no text.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text.replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise Undecodable(f"{name} is not text in UTF-8, UTF-16 or Windows-1252.", fix="Save it as plain text in UTF-8.")


def _encodings(data: bytes) -> list[str]:
    """Encodings to try, the surest first."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return [encoding]
    if b"\0" in data[:_SAMPLE_BYTES]:
        # ASCII in UTF-16 is every second byte zero: which half says the byte order.
        return ["utf-16-le", "utf-16-be"] if data[1::2].count(0) >= data[::2].count(0) else ["utf-16-be", "utf-16-le"]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _recognised(data[:_SAMPLE_BYTES])
    return ["utf-8"]


def _recognised(sample: bytes) -> list[str]:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_SINGLE_BYTE + _MULTI_BYTE).best()
    return [best.encoding, "cp1252"] if best else ["cp1252"]


def _is_text(text: str) -> bool:
    controls = sum(1 for c in text if (c < " " and c not in "\t\n\r\f") or c == "\ufffd" or "\x7f" <= c < "\xa0")
    return controls <= _CONTROLS_SHARE_MAX * len(text)

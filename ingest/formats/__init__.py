"""One module a file format, each of which turns a file's text into a Document."""

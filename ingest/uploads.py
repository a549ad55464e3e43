"""Documents that a clinic uploaded: kept in the state folder, one file a name, read before they are taken in."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from ingest.card import CARD, read_card, uploads_folder
from ingest.clinic import FileReport, IsOrder, read_shelf
from ingest.errors import ClinicError, SOTError


def add_uploads(files: Iterable[Path], home: Path, *, is_order: IsOrder) -> tuple[FileReport, ...]:
    """Take documents in, those that can be read.

    Args:
        files: documents, or a clinic.yaml. One with the name of an earlier upload replaces it.
        home: the state folder.
        is_order: see `read_shelf`.

    Returns:
        What became of each. A file with a fault is not taken in, and what it would have replaced stays.
    """
    return tuple(_add(path, uploads_folder(home), is_order) for path in files)


def _add(path: Path, folder: Path, is_order: IsOrder) -> FileReport:
    """Read a copy first: the file may change while it is read, and only what was read may go in."""
    trial = folder / ".trial"
    try:
        if not path.is_file():
            raise ClinicError(f"{path} is not a file.", fix="Name a file; put whole folders in SOT_CLINIC.")
        shutil.rmtree(trial, ignore_errors=True)
        trial.mkdir(parents=True)
        copy = Path(shutil.copy(path, trial / path.name))
        report = _tried(copy, is_order)
        if not report.fault:
            copy.replace(folder / path.name)
    except SOTError as fault:
        return FileReport(path.name, fault=fault)
    except OSError as error:
        uncopied = ClinicError(f"{path} cannot be copied: {error.strerror}.", fix="Check its rights and the disk.")
        return FileReport(path.name, fault=uncopied)
    finally:
        shutil.rmtree(trial, ignore_errors=True)
    return report


def _tried(copy: Path, is_order: IsOrder) -> FileReport:
    if copy.name == CARD:
        read_card(copy.parent)
        return FileReport(CARD)
    return read_shelf([copy.parent], is_order=is_order).reports[0]


def remove_uploads(names: Iterable[str], home: Path) -> None:
    """Remove uploaded documents.

    Raises:
        ClinicError: a name is not that of an upload; nothing is removed.
    """
    there = {path.name: path for path in list_uploads(home)}
    wanted = list(names)
    if unknown := [name for name in wanted if name not in there]:
        known = ", ".join(there) or "none"
        raise ClinicError(f"No upload is called {', '.join(unknown)}.", fix=f"Name one of: {known}.")
    for name in wanted:
        there[name].unlink()


def list_uploads(home: Path) -> tuple[Path, ...]:
    """The uploaded documents, by name."""
    return tuple(sorted(path for path in uploads_folder(home).glob("[!.]*") if path.is_file()))

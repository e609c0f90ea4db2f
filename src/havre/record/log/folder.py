"""A log in a folder: what the rest of Havre uses."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from havre.errors import FileError, RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.cosignature import with_cosignatures
from havre.record.log.notes import Note, Signs, Verifies, parse_note
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.writing import append, begin, durable, only_writer


class Log:
    """A log in a folder of static files (C2SP tlog-tiles).

    ``size``, ``root`` and ``checkpoint`` are read anew from the disk each time, since other processes may write.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._fetch = folder_files(folder)
        self._tree: Tree | None = None

    @staticmethod
    def create(folder: Path, origin: str, signers: Sequence[Signs]) -> "Log":
        """Make an empty log.

        Raises
        ------
        RecordError : there is one already
        FileError : it cannot be written
        """
        begin(folder, origin, signers)
        return Log(folder)

    @staticmethod
    def open(folder: Path) -> "Log":
        """Open a log.

        Raises
        ------
        RecordError : there is none, or its checkpoint is damaged
        """
        log = Log(folder)
        log.latest()
        return log

    def latest(self) -> Checkpoint:
        """Read the present checkpoint.

        Raises
        ------
        RecordError : there is none, or it is damaged
        """
        return read_checkpoint(self._fetch, str(self.folder / CHECKPOINT))[0]

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.latest().origin

    @property
    def size(self) -> int:
        """How many entries it has."""
        return self.latest().size

    @property
    def root(self) -> bytes:
        """The root over all entries."""
        return self.latest().root

    @property
    def checkpoint(self) -> bytes:
        """The signed checkpoint as it stands in its file."""
        return read_checkpoint(self._fetch, str(self.folder / CHECKPOINT))[1]

    def append(self, entries: Sequence[bytes], signers: Sequence[Signs], trusted: Sequence[Verifies] = ()) -> range:
        """Append entries; see :func:`havre.record.log.writing.append`."""
        return append(self.folder, entries, signers, trusted)

    def keep_cosignatures(self, note: Note, trusted: Sequence[Verifies]) -> bool:
        """Put a cosigned checkpoint in the place of the present one, if the log has not grown since.

        Returns
        -------
        bool : whether it was kept

        Raises
        ------
        RecordError : it is not signed by a trusted key
        FileError : it cannot be written; the checkpoint stands as it was
        """
        checkpoint, _ = open_checkpoint(note.encode(), trusted)
        with only_writer(self.folder):
            if self.latest() != checkpoint:
                return False
            # Another process may have kept other cosignatures in the meantime: both stay.
            kept = with_cosignatures(parse_note(self.checkpoint), list(note.signatures))
            try:
                durable(self.folder / CHECKPOINT, kept.encode())
            except OSError as error:
                reason = error.strerror or str(error)
                raise FileError("file.not_writable", path=self.folder / CHECKPOINT, reason=reason) from error
        return True

    def tree(self, size: int | None = None) -> Tree:
        """Give the tiles of the log at its present or an earlier size.

        Raises
        ------
        RecordError : it is not that large
        """
        present = self.size
        wanted = present if size is None else size
        if not 0 <= wanted <= present:
            raise RecordError("record.log.no_entry", index=wanted, size=present)
        if self._tree is None or self._tree.size != wanted:
            self._tree = Tree(self._fetch, wanted)
        return self._tree

    def entry(self, index: int) -> bytes:
        """Give an entry; raises as :meth:`havre.record.log.reading.Tree.entry`."""
        return self.tree().entry(index)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give entries in order."""
        return self.tree().entries(start, stop)

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Prove that an entry is in the log; raises as :meth:`havre.record.log.reading.Tree.inclusion`."""
        return self.tree(size).inclusion(index)

    def consistency_proof(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """Prove that the log begins with an earlier one; raises as ``Tree.consistency``."""
        return self.tree(new).consistency(old)

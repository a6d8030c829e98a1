"""What a dragged step carries: its id for our own windows, and a file for everybody else.

The file is asked for only when a drop target wants it; refuses to encode pictures itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMetaType, QMimeData, QUrl

from kontext_studio.core.history import NodeId

NODE_MIME = "application/x-kontext-node"
_FILES_MIME = "text/uri-list"

FileProvider = Callable[[NodeId], Path | None]
"""Gives the stored PNG of a step as a file, or None. It answers at once: a drop waits for it."""


class StepMime(QMimeData):
    """Offers the step's id, and a file where there is somebody to provide it."""

    def __init__(self, node: NodeId, provider: FileProvider | None) -> None:
        super().__init__()
        self._node = node
        self._provider = provider
        self._path: Path | None = None
        self.setData(NODE_MIME, node.encode())

    def formats(self) -> list[str]:
        own = super().formats()
        return [*own, _FILES_MIME] if self._provider is not None else own

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self.formats()

    def retrieveData(self, mimetype: str, preferred: QMetaType | QMetaType.Type) -> object:
        if mimetype != _FILES_MIME:
            return super().retrieveData(mimetype, preferred)
        if self._path is None and self._provider is not None:
            self._path = self._provider(self._node)
        return [QUrl.fromLocalFile(str(self._path))] if self._path is not None else []


def node_of(mime: QMimeData) -> NodeId | None:
    """The step that a drag of ours carries, None for anything else."""
    if not mime.hasFormat(NODE_MIME):
        return None
    return NodeId(bytes(mime.data(NODE_MIME).data()).decode())

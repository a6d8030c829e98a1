"""Folders that other machines reach too: network disks and those that a program keeps in step with
another computer. A write-ahead log does not do there, as its parts would travel one by one."""

from __future__ import annotations

import sys
from pathlib import Path

_NETWORK = frozenset(
    "nfs nfs4 cifs smb2 smb3 smbfs ncpfs afs ceph glusterfs lustre gpfs beegfs orangefs 9p davfs"
    " vboxsf prl_fs vmhgfs fuse.sshfs fuse.rclone fuse.gvfsd-fuse fuse.davfs fuse.davfs2"
    " fuse.glusterfs fuse.ceph fuse.s3fs fuse.vmhgfs-fuse fuse.dropbox fuse.google-drive-ocamlfuse"
    " fuse.onedriver".split()
)
_IN_STEP = (
    "dropbox", "onedrive", "google drive", "googledrive", "my drive", "nextcloud", "owncloud",
    "seafile", "mobile documents", "icloud drive", "icloud~", "megasync", "pcloud", "syncthing",
)  # fmt: skip
_IN_STEP_MARKS = (".stfolder", ".dropbox", ".dropbox.cache", ".sync", ".owncloudsync.log")


def is_shared(path: Path) -> bool:
    """Whether a file lies on a network disk or in a folder that is kept in step. Where it cannot
    be told the answer is no."""
    return _is_in_step(path) or _is_on_network(path)


def _is_in_step(path: Path) -> bool:
    for folder in path.parents:
        name = folder.name.lower()
        if name and name.startswith(_IN_STEP):
            return True
        try:
            if any((folder / mark).exists() for mark in _IN_STEP_MARKS):
                return True
        except OSError:
            continue
    return False


def _is_on_network(path: Path) -> bool:
    if sys.platform == "win32":
        import ctypes

        remote = 4
        return str(path).startswith("\\\\") or (
            ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == remote
        )
    try:
        table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return file_system_of(path, table) in _NETWORK


def file_system_of(path: Path, mount_table: str) -> str:
    """The kind of file system a path lies on, by the table of mounts as Linux writes it."""
    best, kind = -1, ""
    for line in mount_table.splitlines():
        before, _, after = line.partition(" - ")
        fields, rest = before.split(), after.split()
        if len(fields) < 5 or not rest:
            continue
        place = Path(_unescaped(fields[4]))
        # The last of several mounts over one place is the one that is seen.
        if len(place.parts) >= best and path.is_relative_to(place):
            best, kind = len(place.parts), rest[0]
    return kind


def _unescaped(text: str) -> str:
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, sign)
    return text

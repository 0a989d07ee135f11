"""Files of a git repository as they were at one revision."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

__all__ = ["Revision", "RevisionError"]

_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""Variables that git sets for its hooks. They may point at another repository than the contract's."""


class RevisionError(ValueError):
    """A revision cannot be read; the message says why and what to do."""


class Revision:
    """One commit of the repository that contains a folder. Reads local objects only; git never contacts a remote."""

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """Resolve a revision; without a name, the most recent tag before HEAD, or HEAD in a repository without tags.

        Raises `RevisionError` outside a repository, for an unknown revision, and when git is not installed.
        """
        self._folder = folder.resolve()
        self.root = Path(_git(self._folder, "rev-parse", "--show-toplevel"))
        self.name = _default(self.root) if name is None else name
        self._commit = _commit(self.root, self.name)

    def tracks(self, path: Path) -> bool:
        """Report whether an absolute path is inside the repository."""
        return path.is_relative_to(self.root)

    def read(self, path: Path) -> bytes:
        """Return the content of a file at this revision; of a file outside the repository, its present content.

        `path` is absolute. Raises `FileNotFoundError` when the revision does not contain the file.
        """
        if not self.tracks(path):
            return path.read_bytes()
        relative = path.relative_to(self.root).as_posix()
        header, _, content = self._object(relative).partition(b"\n")
        # The header reads `<hash> blob <size>`, or reports what was found instead of a file.
        if header.split(b" ")[1:2] != [b"blob"]:
            raise FileNotFoundError(2, f"not a file of revision {self.name!r}", relative)
        return content[: int(header.split(b" ")[2])]

    def _object(self, relative: str) -> bytes:
        if "\n" in relative:
            return b"missing"
        command = ["git", "-C", str(self.root), "cat-file", "--batch", "--follow-symlinks"]
        request = f"{self._commit}:{relative}\n".encode()
        return subprocess.run(command, input=request, capture_output=True, env=_environment(), check=False).stdout


def _default(root: Path) -> str:
    try:
        return _git(root, "describe", "--tags", "--abbrev=0", "HEAD")
    except RevisionError:
        return "HEAD"


def _commit(root: Path, name: str) -> str:
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except RevisionError as error:
        if name == "HEAD":
            raise RevisionError(f"the git repository `{root}` has no commit yet") from error
        shallow = _git(root, "rev-parse", "--is-shallow-repository") == "true"
        step = (
            "this clone is shallow: `git fetch --unshallow --tags` fetches the missing history"
            if shallow
            else "`git fetch --tags` fetches new revisions"
        )
        raise RevisionError(f"the git repository `{root}` has no revision {name!r}; {step}") from error


def _git(folder: Path, *arguments: str) -> str:
    """Return the output of a git command. Raises `RevisionError` with git's own message."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
    except FileNotFoundError as error:
        raise RevisionError("git is not installed; the comparison with a revision needs it") from error
    if done.returncode == 0:
        return done.stdout.strip()
    if "not a git repository" in done.stderr:
        raise RevisionError(f"`{folder}` is not in a git repository")
    raise RevisionError(f"git: {done.stderr.strip() or 'exit status ' + str(done.returncode)}")


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    # English messages, because `_git` recognises one of them. No download of objects that a partial clone lacks.
    return kept | {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

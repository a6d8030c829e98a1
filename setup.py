"""The one build step that pyproject.toml cannot say: ``resources/`` travels inside the wheel.

A wheel gets a copy at ``kontext_studio/_resources``; an editable install reads the tree itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

RESOURCES = Path(__file__).resolve().parent / "resources"


class BuildWithResources(build_py):
    """build_py, then the copy; get_outputs names the files so that the wheel keeps them."""

    def run(self) -> None:
        """Build the modules and put the resources beside them."""
        super().run()
        if not self.editable_mode:
            shutil.rmtree(self._folder(), ignore_errors=True)
            shutil.copytree(RESOURCES, self._folder())

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The modules and the copied resources."""
        outputs = super().get_outputs(include_bytecode)
        if not self.editable_mode:
            files = (path for path in RESOURCES.rglob("*") if path.is_file())
            outputs += [str(self._folder() / path.relative_to(RESOURCES)) for path in files]
        return list(outputs)

    def _folder(self) -> Path:
        return Path(self.build_lib) / "kontext_studio" / "_resources"


setup(cmdclass={"build_py": BuildWithResources})

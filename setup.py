"""What pyproject.toml cannot say: a wheel brings along what stands beside the package."""

from pathlib import Path
from shutil import copyfile

from setuptools import setup
from setuptools.command.build_py import build_py

# found by helpers.data.PROJECT
BESIDE = [f"benchmarks/{name}.json" for name in ("endless", "recipes", "shards")]
BESIDE.append("data/mnist.npz")


class BuildWithFilesBeside(build_py):
    """Put the files into `helpers/project`; an editable install finds them where they are."""

    def run(self):
        """Copy the modules, then the files."""
        super().run()
        for name in () if self.editable_mode else BESIDE:
            target = Path(self.build_lib, "helpers", "project", name)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(name, target)


setup(cmdclass={"build_py": BuildWithFilesBeside})

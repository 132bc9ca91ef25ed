"""The address of the repository is set in one place, and reaches all others."""

import re
import shutil

import pytest

from book import address
from coursework.course import ROOT


@pytest.fixture
def project(tmp_path):
    (tmp_path / "coursework").mkdir()
    for name in "pyproject.toml", "README.md", "coursework/README.md":
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def files(root):
    return [(root / name).read_text("utf-8") for name in ("pyproject.toml", "README.md")]


def test_an_address_reaches_the_readers(project):
    address.write("https://github.com/Ada/digits", project)
    assert address.of_repository(project) == "https://github.com/Ada/digits"
    readme = files(project)[1]
    assert "git clone https://github.com/Ada/digits digits" in readme
    assert readme.count("https://ada.github.io/digits") == 3
    links = address.elsewhere(address.of_repository(project), "03_x.ipynb")
    assert links["Binder"].startswith("https://mybinder.org/v2/gh/Ada/digits/HEAD?")
    assert links["Colab"].endswith("/github/Ada/digits/blob/HEAD/notebooks/03_x.ipynb")


def test_a_new_address_takes_the_place_of_the_old_one(project):
    address.write("https://github.com/Ada/digits", project)
    address.write("https://github.com/Ben/network.git", project)
    text = "".join(files(project))
    assert not re.search(r"\bada[/.]", text, re.I)
    address.write("https://github.com/Ada/digits", project)
    address.write("https://github.com/Ben/network", project)
    assert "".join(files(project)) == text


def test_another_address_is_refused(project):
    before = files(project)
    with pytest.raises(ValueError, match=r"like https://github\.com/OWNER/NAME"):
        address.write("ftp://example.org/digits", project)
    assert files(project) == before

"""Set the address of the repository, as in python -m book.address https://github.com/ada/digits.

It is kept in pyproject.toml, where the book finds it for its links to Binder and Colab. The README
then leads to the website, the course in the browser and the PDF, and its commands have the address.
"""

import argparse
import re
import tomllib

from coursework.course import ROOT

GITHUB = re.compile(r"https://github\.com/([\w-]+)/([\w.-]+?)(?:\.git)?/?")
PDF = "neural-network-from-scratch.pdf"
URLS = re.compile(r"\[project\.urls\]\n(?:.+\n)*\n?")
LINKS = re.compile(r"\*\*\[Read it as a website\].*\n\n")
CLONE = re.compile(r"(?<=git clone )\S+")


def of_repository(root=ROOT):
    """Return the address of the repository, "" if none is set."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "")


def of_site(repository):
    """Return the address at which GitHub publishes the site of a repository."""
    owner, name = GITHUB.fullmatch(repository).groups()
    return f"https://{owner.lower()}.github.io/{name}"


def elsewhere(repository, name):
    """Return the addresses at which services run a chapter of the repository: {service: …}."""
    owner, project = GITHUB.fullmatch(repository).groups()
    binder = f"https://mybinder.org/v2/gh/{owner}/{project}/HEAD?urlpath=lab/tree/notebooks/{name}"
    colab = f"https://colab.research.google.com/github/{owner}/{project}/blob/HEAD/notebooks/{name}"
    return {"Binder": binder, "Colab": colab}


def write(repository, root=ROOT):
    """Write an address into the project; raise ValueError if it is none of a repository."""
    if not GITHUB.fullmatch(repository):
        raise ValueError(
            f"the address must be like https://github.com/OWNER/NAME, got {repository!r}"
        )
    owner, name = GITHUB.fullmatch(repository).groups()
    repository = f"https://github.com/{owner}/{name}"
    site = of_site(repository)
    pyproject = root / "pyproject.toml"
    urls = f'[project.urls]\nRepository = "{repository}"\nDocumentation = "{site}"\n\n'
    text = URLS.sub("", pyproject.read_text(encoding="utf-8"))
    place = "[project.optional-dependencies]\n"
    pyproject.write_text(text.replace(place, urls + place), encoding="utf-8")
    links = (
        f"**[Read it as a website]({site}/) · [run it in your browser]({site}/lab/) · "
        f"[print it]({site}/{PDF})**\n\n"
    )
    for path in root / "README.md", root / "coursework" / "README.md":
        text = CLONE.sub(repository, path.read_text(encoding="utf-8"))
        if path.parent == root:
            text = LINKS.sub("", text).replace("## Start\n", f"{links}## Start\n", 1)
        path.write_text(text, encoding="utf-8")


def main(given=None):
    """Set the address that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m book.address", description=__doc__)
    parser.add_argument("repository", help="such as https://github.com/OWNER/NAME")
    try:
        write(parser.parse_args(given).repository)
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()

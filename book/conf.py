"""Sphinx's configuration of the site. `book.site` writes the pages and calls Sphinx."""

project = "Neural network from scratch"
author = ""
language = "en"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx-mathjax-offline",
    "book.equations",
]

nb_execution_mode = "off"  # the outputs are those that are committed
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "book.equations.anchor"
suppress_warnings = ["myst.header"]  # a chapter may begin with what is folded

default_role = "code"  # docstrings write `name`, as Markdown does
autodoc_typehints = "none"
napoleon_numpy_docstring = True
add_function_parentheses = False
add_module_names = False

html_theme = "sphinx_book_theme"
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["book.css"]
html_js_files = ["book.js", ("live.js", {"type": "module"})]
html_copy_source = False  # its pictures are files of the site
html_show_sphinx = False
html_show_copyright = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system
html_theme_options = {
    "logo": {"text": project},
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
copybutton_prompt_text = ">>> "
copybutton_only_copy_prompt_lines = False

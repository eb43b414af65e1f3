"""Sphinx's settings for the documentation site; `python -m docs.site` runs Sphinx with them."""

from importlib.metadata import version as installed

from docs.site.links import REPOSITORY

project = "zai-image"
author = "The zai-image authors"
project_copyright = author
release = version = installed("zai-image")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
root_doc = "index"
default_role = "code"
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = "zai-image"
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_copy_source = False
# Many pages are generated, so "edit this page" would lead nowhere.
html_theme_options = {
    "top_of_page_buttons": [],
    "footer_icons": [{"name": "Source code", "url": REPOSITORY, "html": "Source code", "class": ""}],
}

"""How the site is built: `make docs`."""

from moo_jsc import __version__

project = "moo_jsc"
author = "the moo_jsc developers"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]
autosummary_generate = True
autosummary_ignore_module_all = False

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
default_role = "code"
# Both packages have an InputError of their own, and dataclasses share names of fields.
suppress_warnings = ["ref.python"]

html_theme = "furo"
html_title = f"moo_jsc {release}"
html_theme_options = {"source_view_link": None}

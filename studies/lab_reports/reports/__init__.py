"""The lab reports, one module each: a module here with a ``REPORT`` is a report."""

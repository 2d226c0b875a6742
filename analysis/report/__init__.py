"""Self-contained HTML reports: sections of sentences, figures and tables, for any study."""

from analysis.report.document import Report, Section
from analysis.report.tables import Column, Table

__all__ = ["Column", "Report", "Section", "Table"]

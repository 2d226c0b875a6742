"""Search files in the TOML form of MASE, as the lab reports use them."""

from studies.lab_reports.mase.config import MaseStudy, read_mase_config

__all__ = ["MaseStudy", "read_mase_config"]

"""Networks of one's own: modules and files turned into the classifiers of `moo_jsc.networks`."""

from moo_jsc.networks.intake.classifiers import classifier_of, take_in

__all__ = ["classifier_of", "take_in"]

"""Says why something on Google Kubernetes Engine does not work: one cause, with proof and its mending."""

__version__ = "0.1.0"

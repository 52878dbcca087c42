"""Google Cloud objects that deleted clusters and objects left behind."""

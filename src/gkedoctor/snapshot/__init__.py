"""The frozen record of one moment: objects by collection, its file format, importers of other dumps."""

"""The way of a request, hop by hop."""

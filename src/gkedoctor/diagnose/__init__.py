"""From symptoms to one cause each: candidate causes, rivals ruled out, consequences folded under their root."""

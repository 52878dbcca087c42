"""From an outcome to something that is read: what of it is asked for, and the formats it is shown in."""

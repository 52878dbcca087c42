"""From a wish ("this cluster, as that user") to a snapshot: what playbooks need is collected, masked and taken in."""

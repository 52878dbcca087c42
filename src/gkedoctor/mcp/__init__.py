"""gkedoctor as a server of the Model Context Protocol: six read-only tools, resources and prompts for AI agents.

`entry.py` starts it; the SDK `mcp` is imported by this package alone, and by `gkedoctor mcp` only.
"""

INSTALL = "pip install 'gkedoctor[mcp]'"
"""How the SDK is installed."""

"""What the HTML format is made of: elements that cannot be broken out of, drawings, style and script."""

"""What the screens show, as frozen values made of an outcome and its graph. Needs no terminal."""

"""Lines of ink as a test reads them."""


def text_of(line):
    """The characters alone."""
    return "".join(ink.text for ink in line)

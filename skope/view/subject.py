"""What was measured, in words."""

from skope.view.width import clean


def subject_words(subject: str) -> str:
    """``the whole machine``; any other subject by its own name."""
    return "the whole machine" if subject == "machine" else clean(subject)

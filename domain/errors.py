"""What can go wrong, in words for the person it happens to."""


class DoneLogError(Exception):
    """Base of every error that donelog raises itself."""


class Refusal(DoneLogError):  # noqa: N818  -- it is no fault of the program: a person is told why not
    """A request that is refused; the message is a sentence for the person who asked."""


class ProfileWanted(DoneLogError):  # noqa: N818  -- a question to the channel, not a fault
    """Nobody is known at the address a request came from: ask the channel who it is, then try again."""

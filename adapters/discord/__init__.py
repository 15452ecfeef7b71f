"""Discord: a gateway that listens, a REST API that answers and sends."""

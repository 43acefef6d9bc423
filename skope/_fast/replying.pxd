# The head of an answer, as Sanic writes it.

cdef extern from *:
    """
    /* A format: the body's length. */
    static const char skope_ok[] =
        "HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\nconnection: keep-alive\\r\\n"
        "content-type: application/json\\r\\n\\r\\n";
    """
    const char *OK "skope_ok"

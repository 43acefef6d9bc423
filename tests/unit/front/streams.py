"""Streams of requests as clients, proxies and attackers send them."""

from itertools import pairwise

from hypothesis import strategies as st


@st.composite
def streams(draw, plain, odd):
    """Chunks of requests: as they are, pipelined, with bytes changed, and cut anywhere."""
    requests = draw(st.lists(st.sampled_from(plain * 3 + odd), min_size=1, max_size=6))
    stream = bytearray(b"".join(requests))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(stream) - 1))
        what = draw(st.sampled_from(["change", "drop", "repeat"]))
        if what == "change":
            stream[at] = draw(st.integers(0, 255))
        elif what == "drop":
            del stream[at]
        else:
            stream[at:at] = stream[at : at + draw(st.integers(1, 40))]
    cuts = set()
    place = 0
    for request in requests:
        place += len(request)
        if draw(st.booleans()):
            cuts.add(place)
    if draw(st.integers(0, 3)) == 0:
        cuts.add(draw(st.integers(0, len(stream))))
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    return [bytes(stream[a:b]) for a, b in pairwise(edges) if a < b]

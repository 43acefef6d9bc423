"""Counting hands of cards by their sum."""

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from skope.stats.dealing import ways_to_deal


@given(st.lists(st.integers(1, 12), min_size=1, max_size=9), st.data())
def test_it_counts_what_dealing_every_hand_counts(cards, data):
    hand = data.draw(st.integers(1, len(cards)))
    ways = ways_to_deal(cards, hand)
    found = {ways.least + at: count for at, count in enumerate(ways.counts) if count}
    assert found == dict(Counter(map(sum, combinations(cards, hand))))


def test_long_hands_do_not_spill_into_each_other():
    ways = ways_to_deal([1] * 60 + [2] * 60, 60)
    assert sum(ways.counts) == 96614908840363322603893139521372656

"""Who goes first: at random, and equally often."""

from itertools import islice
from random import Random

from skope.stats.order import balanced_order


def orders(seed, count):
    return list(islice(balanced_order(Random(seed)), count))


def test_wherever_it_ends_both_orders_occurred_equally_often_or_all_but_one():
    for seed in range(50):
        for count in range(1, 30):
            base_first = sum(orders(seed, count))
            assert abs(2 * base_first - count) <= 1


def test_which_order_begins_is_drawn_anew_for_every_two_pairs():
    begins = [tuple(orders(seed, 8)[::2]) for seed in range(400)]
    assert len(set(begins)) == 16
    assert 0.4 < sum(begin[0] for begin in begins) / 400 < 0.6

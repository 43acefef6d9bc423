from skope.supervisor.leftovers import descendants_of_script, end_leftovers


def test_skopes_own_and_their_children_are_spared():
    tree = {
        1: [(10, 0.0, "front"), (11, 0.0, "git"), (12, 0.0, "sampler"), (20, 0.0, "daemon")],
        10: [(11, 0.0, "git")],
        12: [],
    }

    def children_of(pid):
        return tree.get(pid, tree[1])

    assert descendants_of_script(children_of, {10, 12}) == [(20, 0.0, "daemon")]


def test_nothing_left_is_nothing_said():
    assert end_leftovers(list, wait=None) is None


class Vanishing:
    """Processes with numbers the kernel never gives out, gone after so many looks."""

    def __init__(self, looks, count=1):
        self.looks = looks
        self.found = [(2**30 + k, 1.0, f"daemon{k}") for k in range(count)]

    def __call__(self):
        self.looks -= 1
        return self.found if self.looks >= 0 else []


def wait(over, *, limit_ns, every_ns):
    return any(over() for _ in range(3))


def test_what_was_ended_is_named():
    said = end_leftovers(Vanishing(4), wait)
    assert said == "the script left daemon0 (pid 1073741824) running; ended them"


def test_what_could_not_be_ended_is_said_and_the_loop_is_bounded():
    said = end_leftovers(Vanishing(10**6), wait)
    assert said.endswith("could not end them")


def test_many_are_summed_up():
    said = end_leftovers(Vanishing(4, count=9), wait)
    assert "daemon4" in said
    assert "daemon5" not in said
    assert "and 4 more" in said

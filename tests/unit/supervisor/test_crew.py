"""Who serves in which mode, and what each inherits."""

from skope._fast import FIRST_WORKER_LINE, PUBLISH_LINE, SAMPLER_LINE
from skope.supervisor.crew import Inherited, IntakeCrew, signals_crew

INHERITED = Inherited(shm=10, lifeline=11, config=12, sockets=(13, 14))


def modules(specs):
    return [spec.command[spec.command.index("-m") + 1] for spec in specs]


def value(spec, word):
    return spec.command[spec.command.index(word) + 1]


def test_signals_need_a_sampler_and_a_front():
    specs = signals_crew(None)(INHERITED)
    assert modules(specs) == ["skope.sampler", "skope.front"]
    assert [spec.line for spec in specs] == [SAMPLER_LINE, FIRST_WORKER_LINE]


def test_an_intake_needs_workers_and_a_publisher_too():
    specs = IntakeCrew(workers=3, stripes=20, bell=21)(INHERITED)
    assert modules(specs) == ["skope.sampler", *["skope.front"] * 3, "skope.publish"]
    assert [spec.title for spec in specs] == [
        "sampler", "front 0", "front 1", "front 2", "publisher",
    ]  # fmt: skip
    fronts = specs[1:4]
    assert [value(spec, "--worker") for spec in fronts] == ["0", "1", "2"]
    lines = [spec.line for spec in specs]
    assert lines == [SAMPLER_LINE, *(FIRST_WORKER_LINE + k for k in range(3)), PUBLISH_LINE]


def test_one_worker_is_just_the_front():
    specs = IntakeCrew(workers=1, stripes=20, bell=21)(INHERITED)
    assert [spec.title for spec in specs] == ["sampler", "front", "publisher"]


def test_every_descriptor_named_is_inherited_and_no_other():
    for spec in IntakeCrew(workers=2, stripes=20, bell=21)(INHERITED):
        words = zip(spec.command, spec.command[1:], strict=False)
        named = {
            int(number)
            for word, number in words
            if word.startswith("--") and word != "--worker" and number.isdigit()
        }
        assert named == set(spec.fds)
        assert len(spec.fds) == len(set(spec.fds))

"""The pulse goes on while a report is written."""

from skope.agg.folder import Folder
from skope.publish.pulse import BeatingPlace


def test_the_pulse_goes_on_within_a_long_report(tmp_path):
    class Pulse:
        beats = 0

        def beat(self):
            self.beats += 1

    pulse = Pulse()
    with Folder(tmp_path) as folder:
        place = BeatingPlace(folder, pulse)
        assert place.modified_ns("r.json") == 0
        assert place.replace("r.json", (b"x" for _ in range(50)), durable=False) == 50
        assert place.modified_ns("r.json") > 0
    assert pulse.beats == 50
    assert (tmp_path / "r.json").read_bytes() == b"x" * 50

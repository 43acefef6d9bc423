from skope.front.home import describe


def test_each_mode_lists_what_it_serves():
    assert "/start?name=NAME" in describe("server")
    assert "/start?name=NAME" in describe("runner")
    assert "/start" not in describe("agg")
    for mode in ("server", "runner", "agg"):
        assert "/healthz" in describe(mode)
        assert describe(mode).endswith("\n")

from skope.tui.stream import Event, events


def heard(text, last_id=""):
    return list(events(text.encode().splitlines(keepends=True), last_id))


def test_an_event_is_complete_at_its_blank_line():
    assert heard('id: 7\nevent: live\ndata: {"a":1}\n\n') == [Event("7", "live", '{"a":1}')]
    assert heard("data: cut off\n") == []


def test_comments_and_what_nobody_knows_are_passed_over():
    assert heard(": still here\n\nretry: 1000\n\ndata: x\nfoo: bar\n\n") == [
        Event("", "message", "x")
    ]


def test_lines_of_data_are_joined_and_one_space_goes():
    assert heard("data: one\ndata:two\ndata:  three\ndata\n\n") == [
        Event("", "message", "one\ntwo\n three\n")
    ]


def test_the_last_id_holds_until_the_next_one():
    found = heard("id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid: x\0y\ndata: d\n\n", "0")
    assert [(event.id, event.data) for event in found] == [
        ("1", "a"), ("1", "b"), ("2", "c"), ("2", "d"),
    ]  # fmt: skip
    assert heard("data: a\n\n", "before")[0].id == "before"


def test_lines_may_end_either_way():
    assert heard("id: 1\r\ndata: a\r\n\r\n") == [Event("1", "message", "a")]


def test_bytes_that_are_no_text_do_not_end_it():
    assert list(events([b"data: \xff\n", b"\n"])) == [Event("", "message", "\ufffd")]

import os

import pytest

from skope.supervisor.loop import Loop
from skope.supervisor.relay import Relay
from skope.supervisor.voice import Voice, harmless
from skope.units import NS_PER_S


@pytest.fixture
def pipe():
    read_fd, write_fd = os.pipe()
    with Loop() as loop:
        said = []
        relay = Relay(read_fd, loop, said.append)
        relay.speak()
        yield relay, write_fd, loop, said
        relay.close()
    os.close(write_fd)


def test_lines_are_passed_on_whole(pipe):
    relay, write_fd, loop, said = pipe
    os.write(write_fd, b"one\ntw")
    loop.turn(NS_PER_S)
    assert said == ["one"]
    os.write(write_fd, b"o\n\n  \nthree")
    loop.turn(NS_PER_S)
    assert said == ["one", "two"]
    relay.close()
    assert said == ["one", "two", "three"]
    assert relay.last == "three"


def test_a_pipe_somebody_else_holds_is_no_reason_to_wait(pipe):
    relay, write_fd, _, said = pipe
    os.write(write_fd, b"last words\n")
    relay.close()
    relay.close()
    assert said == ["last words"]


def test_a_line_without_end_is_passed_on_in_pieces(pipe):
    _, write_fd, loop, said = pipe
    for _ in range(5):
        os.write(write_fd, b"x" * 4096)
        loop.turn(NS_PER_S)
    assert said
    assert all(len(line) <= 3 * 8192 for line in said)


def test_before_it_may_speak_its_words_are_held_back(pipe):
    read_fd, write_fd = os.pipe()
    said = []
    with Loop() as loop:
        relay = Relay(read_fd, loop, said.append)
        os.write(write_fd, b"\n".join(b"%d" % number for number in range(100)) + b"\n")
        loop.turn(NS_PER_S)
        assert said == []
        assert relay.last == "99"
        relay.speak()
        assert said[-1] == "99"
        assert len(said) <= 60
        os.write(write_fd, b"now\n")
        loop.turn(NS_PER_S)
        assert said[-1] == "now"
        relay.close()
    os.close(write_fd)


def test_what_is_no_text_is_shown_all_the_same(pipe):
    relay, write_fd, loop, said = pipe
    os.write(write_fd, b"\xff\xfe\n")
    loop.turn(NS_PER_S)
    assert said == ["\ufffd\ufffd"]
    assert relay.last == "\ufffd\ufffd"


def test_a_voice_nobody_hears_does_not_wait():
    read_fd, write_fd = os.pipe()
    voice = Voice(write_fd)
    for _ in range(10_000):
        voice.say("x" * 100)
    os.close(read_fd)
    voice.say("nobody")
    os.close(write_fd)
    voice.say("nothing")


def test_it_says_whole_lines_without_control_characters():
    read_fd, write_fd = os.pipe()
    Voice(write_fd).say("a\x1b[2Jb\nc")
    os.close(write_fd)
    assert os.read(read_fd, 100) == b"a[2Jbc\n"
    os.close(read_fd)


def test_no_status_line_without_a_terminal():
    read_fd, write_fd = os.pipe()
    Voice(write_fd).status("run 1 of 2")
    os.close(write_fd)
    assert os.read(read_fd, 100) == b""
    os.close(read_fd)


def test_on_a_terminal_the_status_line_is_drawn_over(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    main_fd, terminal_fd = os.openpty()
    voice = Voice(terminal_fd)
    voice.status("run 1 of 2")
    voice.say("a line")
    voice.status("")
    drawn = b"\r\x1b[Krun 1 of 2\r\x1b[Ka line\r\nrun 1 of 2\r\x1b[K"
    shown = b""
    while len(shown) < len(drawn):  # a terminal hands it on as it likes
        shown += os.read(main_fd, 1000)
    assert shown == drawn
    os.close(terminal_fd)
    os.close(main_fd)


def test_harmless():
    assert harmless("a\tb\x9bc\u00e9") == "abc\u00e9"


def test_while_the_terminal_is_somebody_elses_lines_go_elsewhere():
    read_fd, write_fd = os.pipe()
    with open(read_fd, "rb"), open(write_fd, "wb"):
        voice, heard = Voice(write_fd), []
        voice.divert(heard.append)
        voice.say("skope: one")
        voice.divert(None)
        voice.say("skope: two")
        assert heard == ["skope: one"]
        assert os.read(read_fd, 100) == b"skope: two\n"

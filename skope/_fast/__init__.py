"""The compiled kernels' face: bytes, numbers, and what no interpreter may take part in.

Each name is imported from its kernel when it is first asked for, so that the sampler loads no
numpy and a machine without kernels can still compare reports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from skope._fast.archive import ArchiveReader as ArchiveReader
    from skope._fast.archive import ArchiveWriter as ArchiveWriter
    from skope._fast.book import Book as Book
    from skope._fast.book import Entry as Entry
    from skope._fast.control import FIRST_WORKER_LINE as FIRST_WORKER_LINE
    from skope._fast.control import PUBLISH_LINE as PUBLISH_LINE
    from skope._fast.control import SAMPLER_LINE as SAMPLER_LINE
    from skope._fast.control import ChildLine as ChildLine
    from skope._fast.control import Header as Header
    from skope._fast.control import SupervisorLine as SupervisorLine
    from skope._fast.control import format_segment as format_segment
    from skope._fast.control import format_tree as format_tree
    from skope._fast.control import segment_bytes as segment_bytes
    from skope._fast.curve import column_text as column_text
    from skope._fast.curve import gauge_texts as gauge_texts
    from skope._fast.curve import instants as instants
    from skope._fast.curve import rate_texts as rate_texts
    from skope._fast.edge import EdgeReader as EdgeReader
    from skope._fast.fold import Fold as Fold
    from skope._fast.fold import fold_samples as fold_samples
    from skope._fast.fold import grid_of as grid_of
    from skope._fast.fold import merge_folds as merge_folds
    from skope._fast.gate import Gated as Gated
    from skope._fast.layout import COUNTERS as COUNTERS
    from skope._fast.layout import EDGE_COUNTERS as EDGE_COUNTERS
    from skope._fast.layout import FLAGS as FLAGS
    from skope._fast.layout import GAUGES as GAUGES
    from skope._fast.layout import SIZES as SIZES
    from skope._fast.layout import SLOW_VALUES as SLOW_VALUES
    from skope._fast.layout import TREE_COUNTERS as TREE_COUNTERS
    from skope._fast.layout import TREE_GAUGES as TREE_GAUGES
    from skope._fast.layout import UNAVAILABLE as UNAVAILABLE
    from skope._fast.layout import CaptureKind as CaptureKind
    from skope._fast.layout import Role as Role
    from skope._fast.layout import dtype as dtype
    from skope._fast.medians import Columns as Columns
    from skope._fast.medians import columns_of as columns_of
    from skope._fast.medians import medians_of as medians_of
    from skope._fast.parent import die_with_parent as die_with_parent
    from skope._fast.pen import SHORT as SHORT
    from skope._fast.pen import Pen as Pen
    from skope._fast.pidparse import parse_pid_stat as parse_pid_stat
    from skope._fast.posts import Poster as Poster
    from skope._fast.procparse import parse_diskstats as parse_diskstats
    from skope._fast.procparse import parse_meminfo as parse_meminfo
    from skope._fast.procparse import parse_net_dev as parse_net_dev
    from skope._fast.procparse import parse_pressure as parse_pressure
    from skope._fast.procparse import parse_stat as parse_stat
    from skope._fast.procparse import parse_vmstat as parse_vmstat
    from skope._fast.recognise import POST as POST
    from skope._fast.recognise import START as START
    from skope._fast.recognise import STOP as STOP
    from skope._fast.recognise import Recogniser as Recogniser
    from skope._fast.records import ARRAY as ARRAY
    from skope._fast.records import LINES as LINES
    from skope._fast.records import OBJECT as OBJECT
    from skope._fast.records import Batch as Batch
    from skope._fast.records import first_unsound as first_unsound
    from skope._fast.records import words_of as words_of
    from skope._fast.ring import RingReader as RingReader
    from skope._fast.ring import RingWriter as RingWriter
    from skope._fast.slots import NEVER as NEVER
    from skope._fast.slow import SlowReader as SlowReader
    from skope._fast.slow import SlowWriter as SlowWriter
    from skope._fast.slow import rise_of as rise_of
    from skope._fast.slow import value_at as value_at
    from skope._fast.span import Edge as Edge
    from skope._fast.span import Span as Span
    from skope._fast.span import changes as changes
    from skope._fast.span import counts as counts
    from skope._fast.span import edge_counts as edge_counts
    from skope._fast.span import edge_times as edge_times
    from skope._fast.span import elapsed as elapsed
    from skope._fast.span import peaks as peaks
    from skope._fast.span import shares as shares
    from skope._fast.span import times as times
    from skope._fast.spare import Anchor as Anchor
    from skope._fast.spare import begin_writing as begin_writing
    from skope._fast.spare import exchange as exchange
    from skope._fast.spare import refill as refill
    from skope._fast.spare import write_over as write_over
    from skope._fast.starts import Starter as Starter
    from skope._fast.stripes import AREA_HEAD_BYTES as AREA_HEAD_BYTES
    from skope._fast.stripes import HEAD_BYTES as HEAD_BYTES
    from skope._fast.stripes import TALLY_SIZES as TALLY_SIZES
    from skope._fast.stripes import TALLY_VERSION as TALLY_VERSION
    from skope._fast.stripes import Board as Board
    from skope._fast.stripes import Page as Page
    from skope._fast.stripes import area_bytes as area_bytes
    from skope._fast.stripes import format_stripes as format_stripes
    from skope._fast.stripes import stripes_bytes as stripes_bytes
    from skope._fast.tally import FIRST_BUCKET as FIRST_BUCKET
    from skope._fast.tally import LAST_BUCKET as LAST_BUCKET
    from skope._fast.tally import SLOTS_PER_OCTAVE as SLOTS_PER_OCTAVE
    from skope._fast.tally import Tally as Tally
    from skope._fast.tally import bucket_of as bucket_of
    from skope._fast.tally_bytes import dump_tally as dump_tally
    from skope._fast.tally_bytes import load_tally as load_tally
    from skope._fast.tally_bytes import rows_of as rows_of
    from skope._fast.tick import Ticker as Ticker
    from skope._fast.tick import next_tick as next_tick
    from skope._fast.turn import Door as Door
    from skope._fast.turn import Hot as Hot
    from skope._fast.turn import Turn as Turn
    from skope._fast.watchlist import Watchlist as Watchlist
    from skope._fast.wishes import Wishes as Wishes

_NAMES: Final = {
    "archive": ("ArchiveReader", "ArchiveWriter"),
    "book": ("Book", "Entry"),
    "control": (
        "FIRST_WORKER_LINE",
        "PUBLISH_LINE",
        "SAMPLER_LINE",
        "ChildLine",
        "Header",
        "SupervisorLine",
        "format_segment",
        "format_tree",
        "segment_bytes",
    ),
    "curve": ("column_text", "gauge_texts", "instants", "rate_texts"),
    "edge": ("EdgeReader",),
    "fold": ("Fold", "fold_samples", "grid_of", "merge_folds"),
    "gate": ("Gated",),
    "layout": (
        "COUNTERS",
        "EDGE_COUNTERS",
        "FLAGS",
        "GAUGES",
        "SIZES",
        "SLOW_VALUES",
        "TREE_COUNTERS",
        "TREE_GAUGES",
        "UNAVAILABLE",
        "CaptureKind",
        "Role",
        "dtype",
    ),
    "medians": ("Columns", "columns_of", "medians_of"),
    "parent": ("die_with_parent",),
    "pen": ("SHORT", "Pen"),
    "pidparse": ("parse_pid_stat",),
    "posts": ("Poster",),
    "procparse": (
        "parse_diskstats",
        "parse_meminfo",
        "parse_net_dev",
        "parse_pressure",
        "parse_stat",
        "parse_vmstat",
    ),
    "ring": ("RingReader", "RingWriter"),
    "slots": ("NEVER",),
    "slow": ("SlowReader", "SlowWriter", "rise_of", "value_at"),
    "tick": ("Ticker", "next_tick"),
    "turn": ("Door", "Hot", "Turn"),
    "watchlist": ("Watchlist",),
    "wishes": ("Wishes",),
    "recognise": ("POST", "START", "STOP", "Recogniser"),
    "records": ("ARRAY", "LINES", "OBJECT", "Batch", "first_unsound", "words_of"),
    "span": (
        "Edge",
        "Span",
        "changes",
        "counts",
        "edge_counts",
        "edge_times",
        "elapsed",
        "peaks",
        "shares",
        "times",
    ),
    "spare": ("Anchor", "begin_writing", "exchange", "refill", "write_over"),
    "starts": ("Starter",),
    "stripes": (
        "AREA_HEAD_BYTES",
        "HEAD_BYTES",
        "TALLY_SIZES",
        "TALLY_VERSION",
        "Board",
        "Page",
        "area_bytes",
        "format_stripes",
        "stripes_bytes",
    ),
    "tally": ("FIRST_BUCKET", "LAST_BUCKET", "SLOTS_PER_OCTAVE", "Tally", "bucket_of"),
    "tally_bytes": ("dump_tally", "load_tally", "rows_of"),
}
_HOME: Final = {name: kernel for kernel, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> object:
    """`name` from its kernel, which is loaded now."""
    kernel = _HOME.get(name)
    if kernel is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = getattr(import_module(f"{__name__}.{kernel}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All names, loaded or not."""
    return sorted({*globals(), *_HOME})

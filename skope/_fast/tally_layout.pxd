# The tally's shared memory: per worker two areas, used in turn, one of them live.
#
# THE INVARIANT, as in layout.pxd: every cache line has exactly one writing process. All of a
# worker's line and areas are written by that worker; after its death by its successor, which builds
# the area that is not live from the files and then makes it live with one release-store of
# `generation`. A reader takes the generation before and after: while it stands, its area is only
# added to. All fields are 8 bytes wide (chunk numbers and counts 4) and frozen per TALLY_VERSION.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from skope._fast.octave cimport OCTAVES, SLOTS

cdef enum:
    REASONS = 8             # statuses a request or a record was refused with

# Writer: the supervisor, before any worker is started.
cdef struct stripes_t:
    uint64_t magic
    uint64_t version
    uint64_t stripes
    uint64_t names          # rows an area has room for
    uint64_t lines_offset
    uint64_t areas_offset
    uint64_t area_bytes
    uint64_t total_bytes

# Writer: the worker of that stripe.
cdef struct line_t:
    uint64_t generation     # 0: none yet; its area is generation % 2
    uint64_t pid
    uint64_t pad[6]

# Writer: the worker. The first page of an area. Refused, torn and the like outlive it: its
# successor takes them over.
cdef struct area_t:
    uint64_t rows           # rows below are named and may be read
    uint64_t names_used     # bytes
    uint64_t chunks_used    # chunk 0 means "none" and is never used
    uint64_t spills_used
    uint64_t names_offset
    uint64_t chunks_offset
    uint64_t rows_offset
    uint64_t spills_offset
    uint64_t refused[8]
    uint64_t recovered      # records read back from files
    uint64_t torn           # records cut off at the end of a file
    uint64_t damaged        # records lost in the middle of one
    uint64_t faults         # writes the disk refused
    uint64_t segment_epoch  # the journal's open file, and how much of it is acknowledged
    uint64_t segment_number
    uint64_t segment_bytes
    uint64_t segment_seq    # odd while the three before it change

# Writer: the worker. One name. `seq` is odd while the row changes.
cdef struct row_t:
    uint64_t seq
    uint64_t n
    uint64_t time[3]        # s, fixed point, see fixed.pxd
    uint64_t memory[3]      # MiB
    double low              # s
    double high
    uint64_t zeros
    uint64_t name_at
    uint64_t name_bytes
    uint64_t pad[3]
    uint32_t chunk[96]      # per octave, 0 for none

# Writer: the worker. A bucket whose 32-bit count went over; times * 2^32 belong to it too.
cdef struct spill_t:
    uint64_t row
    uint64_t place
    uint64_t times
    uint64_t pad[5]

# What readers take of a row, whole.
cdef struct summary_t:
    uint64_t n
    uint64_t time[3]
    uint64_t memory[3]
    double low
    double high
    uint64_t zeros
    uint64_t counts[96 * 64]
    uint64_t octaves[96]    # 1 where any of the octave's counts may be above 0

# What one process has used, and what a script's reaper was given by those it waited for.

from libc.stdint cimport uint64_t

from skope._fast.members cimport member_t, tree_t
from skope._fast.procfile cimport procfile_t


cdef void read_member(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil
cdef bint read_waited(tree_t *tree, procfile_t *text, uint64_t *into) noexcept nogil
cdef void read_reaper(tree_t *tree, procfile_t *text) noexcept nogil

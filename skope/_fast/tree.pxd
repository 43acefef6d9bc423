# One watched tree: what its members have used, and its record.
#
# A process that ends takes its counts along, into its parent's if that one waits for it. So a
# tree's sum is what all who live have used and waited for; what nobody in it will be given is kept
# apart.

from libc.stdint cimport uint64_t

from skope._fast.layout cimport sample_t
from skope._fast.members cimport member_t, tree_t
from skope._fast.procfile cimport procfile_t


cdef bint begin(tree_t *tree, procfile_t *text, uint64_t now_ns) noexcept nogil
cdef void end(tree_t *tree) noexcept nogil
cdef void look_back(tree_t *tree, procfile_t *text) noexcept nogil
cdef void forget(tree_t *tree, procfile_t *text, member_t *member) noexcept nogil
cdef void take_row(
    tree_t *tree, procfile_t *text, uint64_t begin_ns, const sample_t *machine
) noexcept nogil

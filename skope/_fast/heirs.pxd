# Who was given what the ones that ended had used.

from skope._fast.members cimport tree_t
from skope._fast.procfile cimport procfile_t


cdef void settle(tree_t *tree, procfile_t *text) noexcept nogil

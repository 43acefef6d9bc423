# The kernel's word on every fork, where it gives it: the proc connector of netlink.

cdef struct birth_t:
    int parent                      # process numbers
    int child


cdef struct births_t:
    int fd                          # -1: it is not told
    bint lost                       # the kernel had to drop some since this was last looked at
    char buffer[8192]


cdef void open_births(births_t *births) noexcept nogil
cdef void close_births(births_t *births) noexcept nogil
cdef size_t take_births(births_t *births, birth_t *into, size_t room) noexcept nogil

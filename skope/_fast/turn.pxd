# What is answered past the routes in one turn of the loop.


cdef class Hot:
    cpdef bytes serve(self, bytes chunk, bint local)
    cpdef size_t wanting(self, bytes chunk, bint local) except? 0
    cpdef bint keep(self) except -1


cdef class Turn:
    cdef public Hot hot
    cdef list waiting           # doors with an answer that was not sent yet
    cdef size_t held            # bytes of their chunks
    cdef double now_s           # when the first of them came, by the monotonic clock

    cdef int add(self, Door door) except -1
    cpdef int hurry(self) except -1
    cpdef int flush(self) except -1


cdef class Door:
    cdef readonly Turn turn
    cdef public bint clear
    cdef object lane
    cdef object transport
    cdef int fd                 # -1: there is none to send on
    cdef bint unbuffered        # the transport was seen to hold back nothing
    cdef bint local
    cdef bytes chunk            # what was answered, and the answer, until that is sent
    cdef bytes answer

    cdef bint serve(self, bytes chunk) except -1
    cdef int send(self) except -1
    cdef int again(self) except -1
    cdef int give_up(self) except -1
    cdef size_t put(self, bytes answer) except? 0

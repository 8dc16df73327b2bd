#pragma once
#include <sodium.h>

#ifndef __wasm__
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>

/// prctl is variadic, which Swift cannot call. Forbids core files of this process and that others read its memory.
static inline int medseal_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// Gives this process the name by which `ps` and `pkill` know it.
static inline int medseal_name_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// `stdout` is a variable, which Swift does not read. 0 where everything that was printed has been taken.
static inline int medseal_finish_output(void) { return fflush(stdout) | ferror(stdout); }
#endif

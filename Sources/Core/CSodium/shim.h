#pragma once
#include <sodium.h>

#ifndef __wasm__
#include <malloc.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// prctl is variadic, which Swift cannot call. Forbids core files of this process and that others read its memory.
static inline int medseal_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/// Gives this process the name by which `ps` and `pkill` know it.
static inline int medseal_name_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// `stdout` is a variable, which Swift does not read. 0 where everything that was printed has been taken.
static inline int medseal_finish_output(void) { return fflush(stdout) | ferror(stdout); }

// The kernel's keyrings (keyrings(7)): glibc has no functions for them, and `syscall` is variadic. -1 and errno where the
// kernel refuses.

/// KEY_SPEC_USER_KEYRING: what the processes of one user share.
#define MEDSEAL_USER_KEYRING (-4)

static inline long medseal_add_key(const char *name, const void *payload, size_t count) {
  return syscall(SYS_add_key, "user", name, payload, count, MEDSEAL_USER_KEYRING);
}

static inline long medseal_find_key(const char *name) {
  return syscall(SYS_keyctl, 10 /* KEYCTL_SEARCH */, MEDSEAL_USER_KEYRING, "user", name, 0);
}

/// How many bytes the key has, whatever `capacity` is.
static inline long medseal_read_key(long key, void *buffer, size_t capacity) {
  return syscall(SYS_keyctl, 11 /* KEYCTL_READ */, key, buffer, capacity);
}

static inline long medseal_limit_key(long key, unsigned seconds) {
  return syscall(SYS_keyctl, 15 /* KEYCTL_SET_TIMEOUT */, key, seconds);
}

static inline long medseal_revoke_key(long key) {
  return syscall(SYS_keyctl, 3 /* KEYCTL_REVOKE */, key) | syscall(SYS_keyctl, 9 /* KEYCTL_UNLINK */, key, MEDSEAL_USER_KEYRING);
}
#endif

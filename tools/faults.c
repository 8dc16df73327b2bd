// Preloaded into a test (Tests/Ledger/SQLiteLedgerTests/Faults/FaultTests.swift, LeftoverTests.swift): makes one system call on files below one directory fail.
//
// MEDSEAL_FAULT_DIRECTORY names the directory. `medseal_fault(call, number, error, lasting)` arms it, as does MEDSEAL_FAULT, the
// same four numbers, from the start: the `number`th call of the kind `call` from then on, and with `lasting` every later one, is
// not made and returns -1 with that errno. Error 0 makes a write write half of what it was given, and a sync say that all is well.
// `medseal_faults()` is how many calls failed since.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, WRITE, SYNC, DATASYNC, RENAME, TRUNCATE, OPEN, READ, UNNAMED };

static atomic_int armed, failing, lasts, made, failed;
static atomic_long first;

void medseal_fault(int call, long number, int error, int lasting) {
    armed = NONE;
    made = failed = 0;
    first = number, failing = error, lasts = lasting;
    armed = call;
}

int medseal_faults(void) { return failed; }

__attribute__((constructor)) static void begin(void) {
    const char *plan = getenv("MEDSEAL_FAULT");
    int call, error, lasting;
    long number;
    if (plan && sscanf(plan, "%d %ld %d %d", &call, &number, &error, &lasting) == 4) medseal_fault(call, number, error, lasting);
}

static int below(const char *path) {
    const char *directory = getenv("MEDSEAL_FAULT_DIRECTORY");
    return directory && strncmp(path, directory, strlen(directory)) == 0;
}

static int is_ours(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    return below(path);
}

// Whether this call is one that fails. `file` is the descriptor that it is about.
static int fails(int call, int file) {
    if (armed != call) return 0;
    int before = errno, ours = is_ours(file);
    errno = before;
    if (!ours) return 0;
    long number = ++made;
    if (number != first && !(lasts && number > first)) return 0;
    failed++;
    errno = failing;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
    if (fails(WRITE, file)) { if (failing) return -1; count /= 2; }
    return REAL(write)(file, bytes, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
    if (fails(WRITE, file)) { if (failing) return -1; count /= 2; }
    return REAL(pwrite64)(file, bytes, count, at);
}

ssize_t read(int file, void *bytes, size_t count) {
    return fails(READ, file) ? -1 : REAL(read)(file, bytes, count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t at) {
    return fails(READ, file) ? -1 : REAL(pread)(file, bytes, count, at);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t at) {
    return fails(READ, file) ? -1 : REAL(pread64)(file, bytes, count, at);
}

int fsync(int file) { return fails(SYNC, file) ? (failing ? -1 : 0) : REAL(fsync)(file); }
int fdatasync(int file) { return fails(DATASYNC, file) ? (failing ? -1 : 0) : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) { return fails(TRUNCATE, file) ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) { return fails(TRUNCATE, file) ? -1 : REAL(ftruncate64)(file, size); }

int renameat(int from, const char *old, int to, const char *new) {
    return fails(RENAME, to) ? -1 : REAL(renameat)(from, old, to, new);
}

// What is opened is known once it is open. UNNAMED: a file without a name, which not every file system knows.
static int opened(int file, int flags) {
    if (file < 0) return file;
    int is_unnamed = (flags & O_TMPFILE) == O_TMPFILE && fails(UNNAMED, file);
    if (!is_unnamed && !fails(OPEN, file)) return file;
    close(file);
    errno = failing;
    return -1;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return opened(REAL(open)(path, flags, mode), flags); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(REAL(open64)(path, flags, mode), flags); }
int openat(int in, const char *path, int flags, ...) { MODE(flags) return opened(REAL(openat)(in, path, flags, mode), flags); }
int openat64(int in, const char *path, int flags, ...) { MODE(flags) return opened(REAL(openat64)(in, path, flags, mode), flags); }

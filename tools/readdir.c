/* Loaded before the programs of the tests (tools/test): each entry of a folder comes as a whole `struct dirent`.
 *
 * Foundation's Process lists /proc/self/fd and copies every entry as 280 bytes, though an entry is as long as its name. Where
 * some 1,300 files are open, the last ones lie at the end of the list's buffer, and runs of all tests died of reading
 * beyond it. Programs that the tests start do not get this: what they do is their own. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct dirent *readdir(DIR *folder) {
  static __thread struct dirent whole;
  struct dirent *(*next)(DIR *) = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");
  struct dirent *entry = next(folder);
  if (!entry) return NULL;
  memcpy(&whole, entry, entry->d_reclen < sizeof whole ? entry->d_reclen : sizeof whole);
  return &whole;
}

__attribute__((constructor)) static void load_no_further(void) {
  char program[4096];
  ssize_t count = readlink("/proc/self/exe", program, sizeof program - 1);
  if (count < 7) return;
  program[count] = 0;
  if (strcmp(program + count - 7, ".xctest") == 0) unsetenv("LD_PRELOAD");
}

// What the core needs below it in a browser: random bytes, and the two functions of libsodium that depend on a system.
#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

/// The page's `crypto.getRandomValues`: the only thing that the core imports.
__attribute__((import_module("host"), import_name("random"))) void host_random(void *bytes, size_t count);

void randombytes_buf(void *const bytes, const size_t count) {
  if (count > 0) host_random(bytes, count);
}

uint32_t randombytes_random(void) {
  uint32_t number;
  randombytes_buf(&number, sizeof number);
  return number;
}

uint32_t randombytes_uniform(const uint32_t bound) {
  if (bound < 2) return 0;
  // Numbers below 2^32 mod bound would make some results likelier.
  uint32_t number;
  do number = randombytes_random(); while (number < -bound % bound);
  return number % bound;
}

/// For the seeds of Swift's hashing.
void arc4random_buf(void *bytes, size_t count) { randombytes_buf(bytes, count); }

// libsodium's own would look for the processor's instructions.
int sodium_init(void) { return 0; }

void sodium_misuse(void) { __builtin_trap(); }

// Swift's functions look whether their frames were written over.
uintptr_t __stack_chk_guard = 0x5ea1dca7;

void __stack_chk_fail(void) { __builtin_trap(); }

// BoringSSL's X-Wing with its ML-KEM-768 and Keccak, as swift-crypto brings them, in one unit for WebAssembly: its sources
// stay as they are, and what they call of the rest of BoringSSL is here, on libsodium.
#define BORINGSSL_NO_CXX
// One worker has one thread.
#define OPENSSL_NO_THREADS_CORRUPT_MEMORY_AND_LEAK_SECRETS_IF_THREADED
#include "crypto/fipsmodule/keccak/keccak.cc.inc"
#include "crypto/fipsmodule/mlkem/mlkem.cc.inc"
#include "crypto/mlkem/mlkem.cc"
#include "crypto/xwing/xwing.cc"

#include "xwing.h"

#include <sodium.h>

extern "C" {

int CBB_init_fixed(CBB *cbb, uint8_t *buffer, size_t count) {
  *cbb = CBB();
  cbb->u.base.buf = buffer;
  cbb->u.base.cap = count;
  return 1;
}

int CBB_add_space(CBB *cbb, uint8_t **space, size_t count) {
  struct cbb_buffer_st *base = &cbb->u.base;
  if (count > base->cap - base->len) return 0;
  *space = base->buf + base->len;
  base->len += count;
  return 1;
}

int CBB_add_bytes(CBB *cbb, const uint8_t *bytes, size_t count) {
  uint8_t *space;
  if (!CBB_add_space(cbb, &space, count)) return 0;
  OPENSSL_memcpy(space, bytes, count);
  return 1;
}

size_t CBB_len(const CBB *cbb) { return cbb->u.base.len; }

int CBS_get_bytes(CBS *cbs, CBS *taken, size_t count) {
  if (count > cbs->len) return 0;
  CBS_init(taken, cbs->data, count);
  cbs->data += count;
  cbs->len -= count;
  return 1;
}

int CBS_copy_bytes(CBS *cbs, uint8_t *bytes, size_t count) {
  CBS taken;
  if (!CBS_get_bytes(cbs, &taken, count)) return 0;
  OPENSSL_memcpy(bytes, taken.data, count);
  return 1;
}

int CRYPTO_memcmp(const void *left, const void *right, size_t count) { return sodium_memcmp(left, right, count); }

int RAND_bytes(uint8_t *bytes, size_t count) {
  randombytes_buf(bytes, count);
  return 1;
}

bcm_infallible BCM_rand_bytes(uint8_t *bytes, size_t count) {
  randombytes_buf(bytes, count);
  return bcm_infallible::approved;
}

void X25519_public_from_private(uint8_t public_key[32], const uint8_t private_key[32]) {
  crypto_scalarmult_curve25519_base(public_key, private_key);
}

int X25519(uint8_t shared[32], const uint8_t private_key[32], const uint8_t public_key[32]) {
  return crypto_scalarmult_curve25519(shared, private_key, public_key) == 0;
}

void medseal_xwing_public_key(uint8_t *public_key, const uint8_t *seed) {
  struct XWING_private_key key;
  CBS cbs;
  CBS_init(&cbs, seed, XWING_PRIVATE_KEY_BYTES);
  XWING_parse_private_key(&key, &cbs);
  XWING_public_from_private(public_key, &key);
  sodium_memzero(&key, sizeof key);
}

int medseal_xwing_encapsulate(uint8_t *encapsulated, uint8_t *shared, const uint8_t *public_key) {
  return XWING_encap(encapsulated, shared, public_key);
}

int medseal_xwing_decapsulate(uint8_t *shared, const uint8_t *encapsulated, const uint8_t *seed) {
  struct XWING_private_key key;
  CBS cbs;
  CBS_init(&cbs, seed, XWING_PRIVATE_KEY_BYTES);
  XWING_parse_private_key(&key, &cbs);
  int found = XWING_decap(shared, encapsulated, &key);
  sodium_memzero(&key, sizeof key);
  return found;
}

}  // extern "C"

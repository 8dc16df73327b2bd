#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// X-Wing's public key (1,216 bytes) of a seed (32 bytes).
void medseal_xwing_public_key(uint8_t *public_key, const uint8_t *seed);

/// A fresh shared secret (32 bytes) for a public key, and what it is encapsulated in (1,120 bytes): 1, or 0 where the key
/// is malformed.
int medseal_xwing_encapsulate(uint8_t *encapsulated, uint8_t *shared, const uint8_t *public_key);

/// The shared secret (32 bytes) in `encapsulated` (1,120 bytes) for a seed (32 bytes): 1, or 0 where there is none.
int medseal_xwing_decapsulate(uint8_t *shared, const uint8_t *encapsulated, const uint8_t *seed);

#ifdef __cplusplus
}
#endif

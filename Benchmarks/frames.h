/* The parts of RFC 6455 that the load generator and the Chrome stand-in share: the accept value, frame headers, and a
 * reader that takes frames from a byte stream in pieces of any size. */
#pragma once
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum opcode { TEXT = 0x1, CLOSE = 0x8, PING = 0x9, PONG = 0xA };

enum { ACCEPT_LENGTH = 28, MASK_LENGTH = 4, LONGEST_HEADER = 14, HEAD_LIMIT = 4096 };

/* Section 4.2.2, 5.4: base64 of SHA-1 of the key and the GUID. */
static inline void accept_value(const char *key, char accept[ACCEPT_LENGTH + 1]) {
    char text[128];
    unsigned char digest[SHA_DIGEST_LENGTH];
    int length = snprintf(text, sizeof text, "%.64s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    SHA1((const unsigned char *)text, (size_t)length, digest);
    EVP_EncodeBlock((unsigned char *)accept, digest, sizeof digest);
}

/* Section 5.2: a header of a whole message, without the masking key; gives its length. */
static inline size_t put_header(uint8_t *at, enum opcode opcode, uint64_t payload, bool masked) {
    int extended = payload < 126 ? 0 : payload < 65536 ? 2 : 8;
    at[0] = 0x80 | opcode;
    at[1] = (uint8_t)((masked ? 0x80 : 0) | (extended == 0 ? payload : extended == 2 ? 126 : 127));
    for (int i = 0; i < extended; i++) at[2 + i] = (uint8_t)(payload >> 8 * (extended - 1 - i));
    return 2 + (size_t)extended;
}

static inline void apply_mask(uint8_t *bytes, size_t count, const uint8_t mask[MASK_LENGTH], uint64_t phase) {
    uint8_t turned[8];
    uint64_t wide, piece;
    size_t i = 0;
    for (int k = 0; k < 8; k++) turned[k] = mask[(phase + (uint64_t)k) % MASK_LENGTH];
    memcpy(&wide, turned, sizeof wide);
    for (; i + sizeof piece <= count; i += sizeof piece) {
        memcpy(&piece, bytes + i, sizeof piece);
        piece ^= wide;
        memcpy(bytes + i, &piece, sizeof piece);
    }
    for (; i < count; i++) bytes[i] ^= turned[i % 8];
}

/* How a message begins; the size of its answer follows. */
#define COMMAND "{\"id\":1,\"method\":\"Runtime.evaluate\",\"params\":{\"answer\":"

/* The reader's position in a stream of frames. All zero at the start. */
struct reader {
    uint8_t header[LONGEST_HEADER];
    int header_length;         /* bytes of the header that have come */
    bool in_payload;
    uint64_t length, seen;     /* of the payload: its length, and the bytes that have come */
    char start[80];            /* the first bytes of the payload, unmasked */
    uint8_t last;              /* the last byte that has come, unmasked */
};

enum taken { MORE, FRAME, MALFORMED };

static inline int header_need(const struct reader *r) {
    if (r->header_length < 2) return 2;
    int size = r->header[1] & 0x7F;
    return 2 + (size == 126 ? 2 : size == 127 ? 8 : 0) + (r->header[1] & 0x80 ? MASK_LENGTH : 0);
}

static inline void begin_payload(struct reader *r) {
    int size = r->header[1] & 0x7F, extended = size == 126 ? 2 : size == 127 ? 8 : 0;
    r->length = extended ? 0 : (uint64_t)size;
    for (int i = 0; i < extended; i++) r->length = r->length << 8 | r->header[2 + i];
    r->seen = 0;
    r->in_payload = true;
    memset(r->start, 0, sizeof r->start);
}

/* Takes bytes, unmasking them in place, up to the end of a frame; moves *bytes and *count past what it took. Malformed
 * is a frame that is not a whole message, has reserved bits, or is masked where it should not be, or the reverse. */
static inline enum taken take_frame(struct reader *r, uint8_t **bytes, size_t *count, bool masked) {
    while (!r->in_payload) {
        if (r->header_length == header_need(r)) {
            begin_payload(r);
            break;
        }
        if (!*count) return MORE;
        r->header[r->header_length++] = *(*bytes)++;
        --*count;
        if (r->header_length != 2) continue;
        if ((r->header[0] & 0xF0) != 0x80 || (r->header[1] >= 0x80) != masked) return MALFORMED;
    }
    uint64_t left = r->length - r->seen;
    size_t piece = *count < left ? *count : (size_t)left;
    if (masked) apply_mask(*bytes, piece, r->header + r->header_length - MASK_LENGTH, r->seen);
    if (r->seen < sizeof r->start - 1) {
        size_t room = sizeof r->start - 1 - (size_t)r->seen;
        memcpy(r->start + r->seen, *bytes, piece < room ? piece : room);
    }
    if (piece) r->last = (*bytes)[piece - 1];
    r->seen += piece;
    *bytes += piece;
    *count -= piece;
    if (r->seen < r->length) return MORE;
    r->in_payload = false;
    r->header_length = 0;
    return FRAME;
}

static inline enum opcode opcode_of(const struct reader *r) {
    return r->header[0] & 0x0F;
}

/* The part of zlib that permessage-deflate needs: raw deflate streams (RFC 1951), one way each. czlib_load loads the library,
 * not the start of the program: only a program whose clients take compression needs it. Call it once; call the functions below
 * only after it has succeeded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/* Loads zlib. Returns false when it is not installed. */
bool czlib_load(void);

/* Makes a stream that compresses with a window of 2^window_bits bytes (9 to 15), in 2^(window_bits + 2) + 2^(memory + 9) bytes
 * of memory; `memory` is 1 to 9. NULL when there is no memory. */
z_stream *czlib_make_deflater(int level, int window_bits, int memory);
/* Makes a stream that inflates what was compressed with any window; it takes some 42 KiB once it is used. NULL when there is no
 * memory. */
z_stream *czlib_make_inflater(void);

void czlib_free_deflater(z_stream *stream);
void czlib_free_inflater(z_stream *stream);

/* Forgets what went through, so that nothing refers to it any more. */
void czlib_reset_deflater(z_stream *stream);
void czlib_reset_inflater(z_stream *stream);

/* Gives the system back the memory of streams that were freed, which the allocator would keep for the next ones. */
void czlib_give_back(void);

/* Whether matches with earlier bytes are looked for, or bytes are only written by how often they stand there. Between two calls
 * of czlib_deflate; what went in before is written to `out` as far as there is room. Returns how many bytes were written. */
size_t czlib_match(z_stream *stream, bool matches, int level, uint8_t *out, size_t room);

/* Compresses all of the bytes unless the room is filled; `flushes` has all of them written out, to a byte's end. Says how many
 * were taken, and how many written. When the room is filled more may have to be written. */
void czlib_deflate(z_stream *stream, const uint8_t *bytes, size_t count, bool flushes, uint8_t *out, size_t room,
                   size_t *taken, size_t *written);

/* What came of inflating. */
enum czlib_result {
    /* It went well. */
    CZLIB_GOES_ON,
    /* The same, and nothing of a block is missing. */
    CZLIB_WHOLE,
    /* The bytes are none that a compressor writes. */
    CZLIB_BROKEN,
};

/* Inflates the bytes unless the room is filled. Says how many were taken, and how many written. When the room is filled more may
 * have to be written. */
enum czlib_result czlib_inflate(z_stream *stream, const uint8_t *bytes, size_t count, uint8_t *out, size_t room,
                                size_t *taken, size_t *written);

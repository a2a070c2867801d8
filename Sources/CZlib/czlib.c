#include "CZlib.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>

/* One pointer for each function, of the type its header gives it. */
#define FUNCTIONS(each)                                                                                                \
    each(deflateInit2_) each(deflate) each(deflateParams) each(deflateReset) each(deflateEnd) each(inflateInit2_)      \
    each(inflate) each(inflateReset) each(inflateGetDictionary) each(inflateSetDictionary) each(inflateEnd)

#define POINTER(name) __typeof__(name) *name;
static struct { FUNCTIONS(POINTER) } loaded;

bool czlib_load(void) {
    /* The name of every zlib 1. It is never unloaded. */
    void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) return false;
#define FIND(name) if (!(loaded.name = (__typeof__(name) *)dlsym(library, #name))) return false;
    FUNCTIONS(FIND)
    return true;
}

z_stream *czlib_make_deflater(int level, int window_bits, int memory) {
    z_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    /* Bits below zero ask for raw deflate, without zlib's own header. */
    if (loaded.deflateInit2_(stream, level, Z_DEFLATED, -window_bits, memory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                             sizeof *stream) == Z_OK)
        return stream;
    free(stream);
    return NULL;
}

z_stream *czlib_make_inflater(void) {
    z_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    if (loaded.inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, sizeof *stream) == Z_OK) return stream;
    free(stream);
    return NULL;
}

void czlib_free_deflater(z_stream *stream) {
    loaded.deflateEnd(stream);
    free(stream);
}

void czlib_free_inflater(z_stream *stream) {
    loaded.inflateEnd(stream);
    free(stream);
}

void czlib_give_back(void) {
    malloc_trim(0);
}

void czlib_reset_deflater(z_stream *stream) {
    loaded.deflateReset(stream);
}

void czlib_reset_inflater(z_stream *stream) {
    loaded.inflateReset(stream);
}

/* zlib takes pointers to bytes that it does not change, but not as such. */
static void offer(z_stream *stream, const uint8_t *bytes, size_t count, uint8_t *out, size_t room) {
    stream->next_in = (Bytef *)bytes;
    stream->avail_in = (uInt)count;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
}

/* Pointers that are good within a call only must not stay behind it. */
static void settle(z_stream *stream, size_t count, size_t room, size_t *taken, size_t *written) {
    *taken = count - stream->avail_in;
    *written = room - stream->avail_out;
    offer(stream, NULL, 0, NULL, 0);
}

size_t czlib_match(z_stream *stream, bool matches, int level, uint8_t *out, size_t room) {
    size_t taken, written;
    offer(stream, NULL, 0, out, room);
    loaded.deflateParams(stream, level, matches ? Z_DEFAULT_STRATEGY : Z_HUFFMAN_ONLY);
    settle(stream, 0, room, &taken, &written);
    return written;
}

void czlib_deflate(z_stream *stream, const uint8_t *bytes, size_t count, bool flushes, uint8_t *out, size_t room,
                   size_t *taken, size_t *written) {
    offer(stream, bytes, count, out, room);
    loaded.deflate(stream, flushes ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    settle(stream, count, room, taken, written);
}

/* A block may say that it is the last one, though more follow (RFC 7692, section 7.2.3.4): zlib's stream ends there, and the
 * next begins, which may refer to the bytes before. */
static bool begin_again(z_stream *stream) {
    Bytef window[32768];
    uInt length = 0;
    if (loaded.inflateGetDictionary(stream, window, &length) != Z_OK) return false;
    if (loaded.inflateReset(stream) != Z_OK) return false;
    return length == 0 || loaded.inflateSetDictionary(stream, window, length) == Z_OK;
}

enum czlib_result czlib_inflate(z_stream *stream, const uint8_t *bytes, size_t count, uint8_t *out, size_t room,
                                size_t *taken, size_t *written) {
    offer(stream, bytes, count, out, room);
    int result = loaded.inflate(stream, Z_SYNC_FLUSH);
    bool has_ended = result == Z_STREAM_END;
    if (has_ended && !begin_again(stream)) result = Z_DATA_ERROR;
    /* 128 is zlib's mark for what has just ended a block. */
    bool is_whole = has_ended || stream->data_type & 128;
    settle(stream, count, room, taken, written);
    /* Z_BUF_ERROR says that nothing could be done, as with no bytes. */
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return CZLIB_BROKEN;
    return is_whole ? CZLIB_WHOLE : CZLIB_GOES_ON;
}

/* The load generator's results: latencies, statuses and failures, and the line of JSON that it prints of them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool measuring;         /* latencies are kept only while it is true */
static uint32_t *times;        /* nanoseconds */
static size_t times_count, times_room;
static uint64_t statuses[600], errors;
static const char *first_error = "";

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Counts a failure, and keeps the first one's text. */
static void fail(const char *what) {
    if (!errors++) first_error = what;
}

/* Keeps the latency of a message or attempt that began at `since` and ends now. */
static void record(uint64_t since) {
    uint64_t time = now() - since;
    if (!measuring) return;
    if (times_count == times_room) {
        times_room = times_room ? 2 * times_room : 65536;
        times = realloc(times, times_room * sizeof *times);
    }
    times[times_count++] = time < UINT32_MAX ? (uint32_t)time : UINT32_MAX;
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* In microseconds, once they are sorted. */
static double quantile(double part) {
    return times_count ? times[(size_t)(part * (double)(times_count - 1))] / 1000.0 : 0;
}

static void report(double seconds) {
    qsort(times, times_count, sizeof *times, by_value);
    printf("{\"count\":%llu,\"errors\":%llu,\"first_error\":\"%s\",", (unsigned long long)times_count,
        (unsigned long long)errors, first_error);
    printf("\"rate\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"statuses\":{", (double)times_count / seconds, quantile(0.5),
        quantile(0.99));
    const char *comma = "";
    for (int i = 0; i < 600; i++) {
        if (!statuses[i]) continue;
        printf("%s\"%d\":%llu", comma, i, (unsigned long long)statuses[i]);
        comma = ",";
    }
    printf("}}\n");
}

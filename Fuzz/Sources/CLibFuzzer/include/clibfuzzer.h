#ifndef CLIBFUZZER_H
#define CLIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Checks one input; returns 0.
typedef int (*clibfuzzer_check)(const uint8_t *_Nullable bytes, size_t count);

/// Runs libFuzzer (LLVM's, part of the Swift toolchain) with a command line, of which `arguments[0]` is the program.
int clibfuzzer_run(int count, char *_Nullable *_Nonnull arguments, clibfuzzer_check _Nonnull check);

#endif

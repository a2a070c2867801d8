#include "clibfuzzer.h"

/// libFuzzer's entry for a program that has a `main` of its own.
extern int LLVMFuzzerRunDriver(int *count, char ***arguments, clibfuzzer_check check);

int clibfuzzer_run(int count, char **arguments, clibfuzzer_check check) {
    return LLVMFuzzerRunDriver(&count, &arguments, check);
}

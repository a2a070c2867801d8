/* Tells the thread sanitizer of the one lock it cannot see: Synchronization.Mutex. Its fast way is compiled into our
 * code and seen; its slow way, with somebody waiting, is inside Swift's library, which is not instrumented. The linker
 * puts these two in the place of that library's calls (--wrap). Only in the build of scripts/test-sanitized. */
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))
#define HANDLE "$s15Synchronization12_MutexHandleV"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* _MutexHandle._lockSlow(_: UInt32) and _MutexHandle._unlockSlow(), Swift's own and ours. */
SWIFT void swift_lock(unsigned thread, SELF void *handle) __asm__("__real_" HANDLE "9_lockSlowyys6UInt32VF");
SWIFT void seen_lock(unsigned thread, SELF void *handle) __asm__("__wrap_" HANDLE "9_lockSlowyys6UInt32VF");
SWIFT void swift_unlock(SELF void *handle) __asm__("__real_" HANDLE "11_unlockSlowyyF");
SWIFT void seen_unlock(SELF void *handle) __asm__("__wrap_" HANDLE "11_unlockSlowyyF");

SWIFT void seen_lock(unsigned thread, SELF void *handle) {
    swift_lock(thread, handle);
    __tsan_acquire(handle);
}

SWIFT void seen_unlock(SELF void *handle) {
    __tsan_release(handle);
    swift_unlock(handle);
}

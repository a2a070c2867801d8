import CLinux
import Glibc

/// What a process that guards secrets does to itself before it opens a port.
public enum ProcessHardening {
    /// Forbids core dumps and keeps other processes of this user from reading our memory and environment.
    public static func forbidDumps() {
        _ = clinux_forbid_dumps()
    }

    /// Lets the process open as many descriptors as the system allows it: each connection takes two.
    public static func raiseDescriptorLimit() {
        _ = clinux_raise_descriptor_limit()
    }

    /// A signal for which there is no answer yet, while the program starts, must not end it.
    public static func ignoreEarlySignals() {
        _ = signal(SIGUSR2, SIG_IGN)
    }

    /// A peer that went away is an error of the call that writes to it, never a signal.
    public static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}

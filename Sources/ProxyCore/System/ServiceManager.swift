import Glibc

/// What systemd is told of a service, by datagrams to the socket that `NOTIFY_SOCKET` names (sd_notify(3)). Without that variable,
/// or where nobody listens, nothing happens.
public enum ServiceManager {
    /// The service serves.
    public static func tellReady() { tell("READY=1") }

    /// From now on the service ends with another process than this one.
    public static func tellMainProcess(_ id: Int32) { tell("MAINPID=\(id)") }

    private static func tell(_ text: String) {
        guard let name = unsafe getenv("NOTIFY_SOCKET").map({ unsafe String(cString: $0) }),
            let address = SocketAddress(unixPath: name, isAbstract: name.hasPrefix("@"))
        else { return }
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { return }
        let descriptor = Descriptor(owning: number)
        var bytes = Array(text.utf8)
        _ = unsafe address.withPointer { pointer, length in
            unsafe sendto(descriptor.number, &bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
        }
    }
}

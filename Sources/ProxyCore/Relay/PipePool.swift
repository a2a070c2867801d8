/// The pipes of one loop that nothing stands in. A connection borrows one while it passes on a large frame, so the
/// idle ones, which are most, hold none.
public final class PipePool {
    private static let mostKept = 16

    /// The capacity to ask for, in bytes; the kernel may give less to a user other than root.
    private let capacity: Int
    private var pipes: [PooledPipe] = []

    /// An empty pool of pipes with this capacity, in bytes.
    public init(capacity: Int = 1 << 20) {
        self.capacity = capacity
    }

    /// A pipe with nothing in it, or nil when the process can open no more.
    func take() -> PooledPipe? {
        if let pipe = pipes.popLast() { return pipe }
        guard let pipe = try? Pipe(capacity: capacity) else { return nil }
        return PooledPipe(pipe)
    }

    /// Takes a pipe back. One that still holds bytes is closed, since they belong to one connection.
    func give(_ pipe: consuming PooledPipe) {
        guard pipe.count == 0, pipes.count < Self.mostKept else { return }
        pipes.append(pipe)
    }
}

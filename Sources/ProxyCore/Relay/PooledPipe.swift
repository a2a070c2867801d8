/// A pipe on loan from the pool.
final class PooledPipe {
    let pipe: Pipe
    /// How many bytes went in that have not come out: counted, never asked for.
    var count = 0

    init(_ pipe: consuming Pipe) {
        self.pipe = pipe
    }
}

extension Flow {
    /// Does what a flow does with bytes that are not spliced, where none can be: reads all there is room for, walks over it and
    /// passes on what is valid. Says how many bytes came, nil for none, and whether the source is drained. Bytes that take long to
    /// encode count as so many more that the turn ends in time.
    @inline(never)
    mutating func copyAll(
        _ source: borrowing Leg,
        to sink: borrowing Leg,
        through scratch: UnsafeMutableBufferPointer<UInt8>
    ) throws(BrokenEnd) -> (count: Int?, sourceIsDrained: Bool) {
        let most = min(sink.mostInTurn, Self.turnBudget)
        let room = unsafe UnsafeMutableBufferPointer(rebasing: scratch[..<min(most, scratch.count)])
        let received = unsafe try read(source, into: room)
        guard let count = received.count else { return (nil, true) }
        let good = unsafe walk(UnsafeBufferPointer(rebasing: scratch[..<count]))
        // Inside a frame, what else is there is read at once.
        let more = walker.payloadLeft > 0 && !received.isDrained
        unsafe try pass(UnsafeBufferPointer(rebasing: scratch[..<good]), to: sink, more: more)
        // Behind the last frame no byte counts (RFC 6455, section 5.5.1).
        return (count * (Self.turnBudget / most), received.isDrained || endsWithClose && walker.closeCode != nil)
    }
}

/// How long a relay waits for what may never come.
enum RelayTimeouts {
    /// For a boundary to put a Close frame at while the client takes no bytes; and, after the Close, for the client's end.
    static let standard = Duration.seconds(2)
    /// For that boundary while the client does take bytes of the frame before it.
    static let longestFrame = Duration.seconds(30)
    /// For one side to send something after the other has ended, or said Close.
    static let halfOpen = Duration.seconds(5)
    /// For the awaited bytes of a large frame to arrive at once.
    static let lowWater = Duration.milliseconds(5)
}

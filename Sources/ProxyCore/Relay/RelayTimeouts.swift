/// How long is waited for what may never come.
enum RelayTimeouts {
    /// For a boundary to put a Close frame at while nothing moves, and after it for the client's end.
    static let standard = Duration.seconds(2)
    /// For that boundary while the frame before it does move.
    static let longest = Duration.seconds(30)
    /// For one side to say something after the other has ended, or said Close.
    static let halfOpen = Duration.seconds(5)
    /// For much of a large frame to come at once.
    static let forMuch = Duration.milliseconds(5)
}

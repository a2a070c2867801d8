/// Handles the readiness of registered descriptors. A class to inherit from, not a protocol, so that a call goes through one
/// table without an existential.
open class ReadinessHandler {
    /// A handler that is registered by its subclass.
    public init() {}

    /// Called on the loop's thread with what changed. `tag` is what the descriptor was registered with, for a handler
    /// of several descriptors.
    open func ready(_ readiness: Readiness, tag: UInt8) {}
}

/// A descriptor's place in the loop's table: its handler and its registration number.
///
/// `@safe`: the handler is retained as long as it stands in the table.
@safe struct HandlerSlot {
    /// Retained by the table from registration until the end of the turn in which it is taken out, so a call into a
    /// handler needs no retain of its own.
    var handler: Unmanaged<ReadinessHandler>?
    var number: UInt32 = 0
    var tag: UInt8 = 0
    /// Whether the handler moves much whenever it is called, so that each of its events waits in the bulk queue.
    var isBulk = false
    /// The readiness to report when its turn in the bulk queue has come; empty while it is not queued.
    var pending: Readiness = []
}

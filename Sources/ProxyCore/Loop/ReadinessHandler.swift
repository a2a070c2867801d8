/// Who is told when a registered descriptor becomes ready. A class to inherit from, not a protocol: the call goes
/// through one table, with no existential in the way.
open class ReadinessHandler {
    /// A handler that is registered by its subclass.
    public init() {}

    /// Called on the loop's thread with what changed. `tag` is what the descriptor was registered with, for a handler
    /// of several descriptors.
    open func ready(_ readiness: Readiness, tag: UInt8) {}
}

/// One place of the loop's table: who handles a descriptor, and under which registration number.
///
/// `@safe`: the handler is retained as long as it stands in the table.
@safe struct HandlerSlot {
    /// Retained by the table from registration until the end of the turn in which it is taken out, so a call into a
    /// handler needs no retain of its own.
    var handler: Unmanaged<ReadinessHandler>?
    var number: UInt32 = 0
    var tag: UInt8 = 0
    /// Whether the handler moves much whenever it is called, so that it waits in the loop's line each time.
    var isBulk = false
    /// What it is to be told when its turn has come in the line; empty while it does not stand there.
    var pending: Readiness = []
}

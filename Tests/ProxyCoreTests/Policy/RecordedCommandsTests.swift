import ProxyCore
import Testing

@Suite struct RecordedCommandsTests {
    /// What an operator may not send although a client does: Playwright's `start_tracing` opens a session of the
    /// browser's, pyppeteer wraps its commands, and Stagehand loads an extension. Everything else of theirs is open.
    private static let refused = [
        "patchright": ["Target.attachToBrowserTarget"], "playwright-python": ["Target.attachToBrowserTarget"],
        "pyppeteer": ["Target.sendMessageToTarget"],
        "stagehand": ["Extensions.getExtensions", "Extensions.loadUnpacked"],
    ]

    @Test func anOperatorMaySendWhatClientsSend() throws {
        let recordings = try RecordedCommands.all()
        #expect(recordings.count > 5)
        for recorded in recordings {
            #expect(recorded.methods.count > 5, "\(recorded.client)")
            #expect(recorded.methods == recorded.methods.sorted(), "\(recorded.client)")
            let closed = recorded.methods.filter { method in
                MethodTable.rule(for: method)?.access.isOpen(to: Role.operator.permissions) != true
            }
            #expect(closed == Self.refused[recorded.client] ?? [], "\(recorded.client)")
        }
    }
}

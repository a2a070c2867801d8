import ProxyCore
import Testing

@Suite struct RecordedCommandsTests {
    /// What an operator may not send although a client does: nodriver begins with a session of the browser's, as
    /// Playwright's `start_tracing` does, pyppeteer wraps its commands, and Stagehand loads an extension.
    private static let refused = [
        "nodriver": ["Target.attachToBrowserTarget"], "patchright": ["Target.attachToBrowserTarget"],
        "playwright-python": ["Target.attachToBrowserTarget"], "pyppeteer": ["Target.sendMessageToTarget"],
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

import ArgumentParser
import Hummingbird
import HummingbirdTLS
import JWTKit
import Logging

/// `session-service`: where stored sessions are created, listed, changed and deleted over HTTP by those they belong to.
@main struct SessionService: AsyncParsableCommand {
    func run() async throws {}
}

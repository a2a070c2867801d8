import Testing
@testable import SessionInjector

import Testing
@testable import CDPProxy

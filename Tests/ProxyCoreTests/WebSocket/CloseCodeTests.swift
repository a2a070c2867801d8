import ProxyCore
import Testing

@Suite struct CloseCodeTests {
    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
    func mayBeSent(number: UInt16) {
        #expect(CloseCode(rawValue: number).isLegalOnTheWire)
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535])
    func mayNotBeSent(number: UInt16) {
        #expect(!CloseCode(rawValue: number).isLegalOnTheWire)
    }

    @Test func isWrittenAsItsNumber() {
        #expect("\(CloseCode.tokenExpired)" == "4001")
    }

    /// A peer may send any of thousands; what is counted stays few, and what is registered or ours stays told apart.
    @Test func labelsAreFewWhateverAPeerMakesUp() {
        let labels = Set((0...UInt16.max).map { CloseCode(rawValue: $0).label })
        #expect(labels.count == 20)
        for number in [1000, 1005, 1006, 1011, 1012, 4001, 4008, 4009, 4010] as [UInt16] {
            #expect(CloseCode(rawValue: number).label == "\(number)")
        }
        for number in [0, 1004, 1015, 2999, 3000, 4000, 4002, 4004, 4999, 65_535] as [UInt16] {
            #expect(CloseCode(rawValue: number).label == "other")
        }
    }
}

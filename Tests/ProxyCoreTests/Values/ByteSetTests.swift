import Testing

@testable import ProxyCore

@Suite struct ByteSetTests {
    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test(arguments: [
        (ByteSet.token, alphanumerics + "!#$%&'*+-.^_`|~"),
        (ByteSet.target, alphanumerics + "-._~!$&'()*+,;=:@/?%" + "[]^`{|}"),
        (ByteSet.hostName, alphanumerics + "-._"),
        (ByteSet.identifier, alphanumerics + "-"),
    ])
    func holdsItsGrammarAndNothingElse(_ set: ByteSet, _ grammar: String) {
        let expected = Set(grammar.utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(set.contains(byte) == expected.contains(byte), "byte \(byte)")
        }
    }

    @Test func hexDigitsHaveTheirValues() {
        for byte in UInt8.min...UInt8.max {
            let digit = Character(Unicode.Scalar(byte))
            #expect(byte.hexValue.map(Int.init) == (digit.isASCII ? digit.hexDigitValue : nil))
        }
    }

    @Test func onlyCapitalsAreLowered() {
        for byte in UInt8.min...UInt8.max {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            #expect(byte.lowercased == (isCapital ? byte + 32 : byte))
        }
    }
}

import ProxyCore
import Testing

@Suite struct ArrayBytesTests {
    @Test(arguments: [
        0, 7, 10, 99, 100, 255, 1_000, 65_535, 4_294_967_296, Int.max, -1, -10, Int.min,
    ])
    func writesDecimalDigits(_ number: Int) {
        var bytes = Array("=".utf8)
        bytes.append(decimal: number)
        #expect(String(decoding: bytes, as: UTF8.self) == "=\(number)")
    }

    @Test func writesTheLargestNumber() {
        var bytes: [UInt8] = []
        bytes.append(decimal: UInt64.max)
        #expect(String(decoding: bytes, as: UTF8.self) == "\(UInt64.max)")
    }

    @Test(arguments: ["", "short", "ü🎈", String(repeating: "long enough for the heap ", count: 4)])
    func appendsText(_ text: String) {
        var bytes = Array("=".utf8)
        bytes.append(text)
        bytes.append(text.utf8.span)
        #expect(String(decoding: bytes, as: UTF8.self) == "=\(text)\(text)")
    }
}

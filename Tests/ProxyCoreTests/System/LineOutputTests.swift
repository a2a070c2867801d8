import ProxyCore
import Testing

@Suite struct LineOutputTests {
    @Test func dropsWhatAFullPipeCannotTakeWhole() throws {
        let pipe = try Pipe(capacity: 4096)
        let output = LineOutput(borrowing: pipe.input.number)
        let line = [UInt8](repeating: 0x61, count: 3000)
        var written = 0
        while written < 1000, output.write(line) { written += 1 }
        #expect((1..<1000).contains(written))
        var scratch = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe try scratch.withUnsafeMutableBytes { unsafe try pipe.output.read(into: $0) }
        #expect(count == written * line.count)
        #expect(output.write(line))
    }

    @Test func refusesALineThatMightBlock() throws {
        let pipe = try Pipe(capacity: 65_536)
        #expect(!LineOutput(borrowing: pipe.input.number).write([UInt8](repeating: 0, count: LineOutput.lineLimit + 1)))
    }
}

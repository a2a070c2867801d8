import Settings
import Testing

@Suite struct EnvironmentFileTests {
    @Test func assignmentsAreReadAsAShellReadsThem() throws {
        let text = "# a comment\n\nA=1\n  export B = x\nC=\"two words\"\nD='#'\nE=a=b\r\nF=\n_g9=\"\n"
        #expect(throws: EnvironmentFileError.malformedLine(4)) { try EnvironmentFile.parse(text) }
        let good = text.replacing("B = x", with: "B=x")
        let expected = ["A": "1", "B": "x", "C": "two words", "D": "#", "E": "a=b", "F": "", "_g9": "\""]
        #expect(try EnvironmentFile.parse(good) == expected)
    }

    @Test(
        arguments: [
            ("secret", .malformedLine(1)), ("A=1\n=2", .malformedLine(2)), ("1A=2", .malformedLine(1)),
            ("A-B=2", .malformedLine(1)), ("A=1\nA=2", .repeatedName("A", line: 2)),
        ] as [(String, EnvironmentFileError)]
    )
    func whatIsNoAssignmentIsNamedByItsLine(text: String, expected: EnvironmentFileError) {
        #expect(throws: expected) { try EnvironmentFile.parse(text) }
        #expect(!"\(expected)".contains("secret"))
    }

    @Test func whatIsSetWinsOverTheFileUnlessItIsEmpty() throws {
        let environment = Environment(["A": "set", "B": ""]).withDefaults(["A": "file", "B": "file", "C": "file"])
        let variables = ["A", "B", "C"].map { name in
            Variable(name, in: VariableSection("x"), expected: "text", help: "", parse: { $0 })
        }
        #expect(try variables.map { try environment.optional($0) } == ["set", "file", "file"])
    }
}

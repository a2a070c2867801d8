import Testing

@testable import SessionService

@Suite struct DomainNameTests {
    @Test(arguments: [
        "example.com", "EXAMPLE.com", "localhost", "a", "1.2.3.4", "xn--bcher-kva.example", "a-b.c-d", "9.example",
        String(repeating: "a", count: 63) + ".com",
        Array(repeating: String(repeating: "a", count: 50), count: 4).joined(separator: "."),
    ])
    func labelsOfLettersDigitsAndInnerHyphensAreValid(_ name: String) {
        #expect(DomainName.isValid(name))
    }

    @Test(arguments: [
        "", ".", "example.", ".example.com", "a..b", "-a.com", "a-.com", "a_b.com", "not a valid domain!!",
        "bücher.example",
        "a\n", "\u{0}", "*.example.com", "https://example.com", "example.com:80", "a,b", "ｅｘａｍｐｌｅ.com",
        String(repeating: "a", count: 64), Array(repeating: "a", count: 128).joined(separator: "."),
    ])
    func otherNamesAreInvalid(_ name: String) {
        #expect(!DomainName.isValid(name))
    }
}

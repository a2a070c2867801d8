/// What `connect` tells the person who started it, in whole sentences. One that comes again is said again the tenth, the hundredth
/// time and so on, so that no page and no restless tool fills the screen.
///
/// Lives on the loop's thread. Sentences are the program's own, so there are few different ones.
final class Notices {
    private let write: (String) -> Void
    private var counts: [String: Int] = [:]
    /// Why the proxy cannot be used, since it last could.
    private var outages: Set<String> = []

    /// Notices that go where `write` takes them, without a line feed.
    init(write: @escaping (String) -> Void) {
        self.write = write
    }

    /// Says a sentence.
    func say(_ sentence: String) {
        let count = counts[sentence, default: 0] + 1
        counts[sentence] = count
        guard Self.isPowerOfTen(count) else { return }
        write(count == 1 ? sentence : "\(sentence) That was the \(count)th time.")
    }

    /// Says why the proxy cannot be used.
    func say(outage sentence: String) {
        outages.insert(sentence)
        say(sentence)
    }

    /// The proxy can be used: the next outage is another one.
    func proxyAnswered() {
        guard !outages.isEmpty else { return }
        for sentence in outages { counts[sentence] = nil }
        outages = []
        write("The proxy answers again.")
    }

    private static func isPowerOfTen(_ count: Int) -> Bool {
        var rest = count
        while rest.isMultiple(of: 10) { rest /= 10 }
        return rest == 1
    }
}

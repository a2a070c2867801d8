/// What `connect` tells the person who started it, in whole sentences: a sentence that comes again and again is said once, and
/// then how often it came.
///
/// Lives on the loop's thread.
final class Notices {
    private let write: (String) -> Void
    private var last: String?
    private var repetitions = 0

    /// Notices that go where `write` takes them, without a line feed.
    init(write: @escaping (String) -> Void) {
        self.write = write
    }

    /// Says a sentence, unless it was the last that was said.
    func say(_ sentence: String) {
        guard sentence != last else {
            repetitions += 1
            return
        }
        finish()
        last = sentence
        write(sentence)
    }

    /// What was said is true no more: the next sentence is said whatever it is.
    func finish() {
        if repetitions > 0 { write("The last line stands for \(repetitions + 1).") }
        (last, repetitions) = (nil, 0)
    }
}

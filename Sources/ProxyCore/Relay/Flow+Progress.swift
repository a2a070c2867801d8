extension Flow {
    /// Why a pump stopped.
    enum Stop {
        /// The source has no more bytes for now.
        case sourceEmpty
        /// The sink takes no more bytes for now.
        case sinkFull
        /// The budget of this turn is spent.
        case budgetSpent
        /// The flow stands at the frame boundary it was asked to stop at.
        case boundary
        /// The sender has to take answers before more of its messages are read.
        case answersFull
        /// The source has ended, and all that it sent is written.
        case ended
        /// The source broke the rules; all valid bytes before that are written.
        case fault(FrameFault)
    }

    /// What the relay has to see to after a pump; seldom anything.
    struct Notes: OptionSet {
        let rawValue: UInt8

        /// The source has said Close, in this pump or an earlier one.
        static let closed = Notes(rawValue: 1)
        /// ``Flow/isBulk`` has changed.
        static let bulkChanged = Notes(rawValue: 2)
        /// The source's low-water mark is raised, so a timer must look for fewer bytes than that.
        static let awaitsLowWater = Notes(rawValue: 4)
        /// The stage has answers for the source.
        static let hasAnswers = Notes(rawValue: 8)
        /// Answers to the sink were written.
        static let answered = Notes(rawValue: 16)
        /// Both that concern answers.
        static let answers: Notes = [.hasAnswers, .answered]
    }

    /// What a pump did.
    struct Progress {
        let stop: Stop
        let notes: Notes
    }

    /// A leg that can no longer be used.
    enum BrokenEnd: Error {
        case source
        case sink
    }
}

import ProxyCore
import Testing

@testable import SessionService

@Suite struct FieldProblemTests {
    @Test func aProblemHasLocationMessageAndKindButNotTheInput() {
        let problem = FieldProblem.tooLong("name", most: 50)
        let expected: JSONValue = [
            "type": "string_too_long", "loc": ["body", "name"], "msg": "String should have at most 50 characters",
        ]
        #expect(problem.json == expected)
    }

    @Test(arguments: [
        (FieldProblem.tooShort("name", least: 1), "String should have at least 1 character"),
        (.tooFew("domains", least: 1, found: 0), "List should have at least 1 item after validation, not 0"),
        (.tooMany("domains", most: 10, found: 11), "List should have at most 10 items after validation, not 11"),
    ])
    func aCountOfOneIsSingular(_ problem: FieldProblem, _ message: String) {
        #expect(problem.message == message)
    }

    @Test func indexesInListsAreNumbers() {
        #expect(
            FieldProblem.noDictionary("storage_state", "cookies", 3).location == [
                "body", "storage_state", "cookies", 3,
            ]
        )
    }
}

import ProxyCore
import Testing

@Suite struct PermissionSetMethodsTests {
    @Test(
        arguments: [
            ([], []), ([.sessionsList], [.sessionsList]), ([.sessionsNavigate], [.sessionsNavigate]),
            ([.sessionsExtract], [.sessionsExtract, .sessionsObserve]),
            ([.sessionsExtract, .sessionsAct], [.sessionsExtract, .sessionsObserve, .sessionsAct]),
            (
                [.sessionsAgent],
                [
                    .sessionsCreate, .sessionsDelete, .sessionsNavigate, .sessionsExtract, .sessionsAct, .sessionsAgent,
                    .sessionsScreenshot, .sessionsObserve, .sessionsStream,
                ]
            ), ([.everything], Permission.allCases), ([.everything, .sessionsAgent], Permission.allCases),
        ] as [([Permission], [Permission])]
    )
    func implies(given: [Permission], opened: [Permission]) {
        #expect(PermissionSet(given).openingMethods == PermissionSet(opened))
    }

    @Test func whatIsImpliedImpliesNothingMore() {
        for permission in Permission.allCases {
            let opened = PermissionSet([permission]).openingMethods
            #expect(opened.openingMethods == opened)
            #expect(opened.allows(permission))
        }
    }

    @Test func onlyEverythingImpliesEverything() {
        let others = PermissionSet(Permission.allCases.filter { $0 != .everything })
        #expect(!others.openingMethods.allows(.everything))
    }
}

import ProxyCore
import SessionStore
import Testing

/// The promises of `SessionStore`, for each database.
@Suite struct SessionTableTests {
    @Test(arguments: StoreKind.allCases)
    func aStoredRowIsReadBack(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            let store = try await StoreKind.open(location, creating: true)
            var row = SessionRow.make()
            row.ciphertext = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try await store.insert(row)
            #expect(try await store.row(id: row.metadata.id) == row)
            #expect(try await store.row(userID: "user-1", name: "Shop") == row)
            #expect(try await store.metadata(id: row.metadata.id) == row.metadata)
            #expect(try await store.metadata(userID: "user-1", name: "Shop") == row.metadata)
            #expect(try await store.list(userID: nil) == [row.metadata])
            await store.close()
            let reopened = try await StoreKind.open(location, creating: false)
            try await reopened.check()
            #expect(try await reopened.row(id: row.metadata.id) == row)
            await reopened.close()
        }
    }

    @Test(arguments: StoreKind.allCases)
    func emptyAndMissingColumnsSurvive(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            var row = SessionRow.make(name: "")
            row.metadata.description = nil
            row.metadata.domains = []
            row.metadata.expiresAt = nil
            row.ciphertext = []
            try await store.insert(row)
            #expect(try await store.row(id: row.metadata.id) == row)
            #expect(try await store.list(userID: "user-1") == [row.metadata])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func momentsKeepTheirMicroseconds(_ kind: StoreKind) async throws {
        let moments: [Int64] = [-62_135_596_800_000_000, -1, 0, 946_684_799_999_999, 253_402_300_799_999_998]
        try await kind.withStore { store in
            for (number, moment) in moments.enumerated() {
                var row = SessionRow.make(id: "\(number)", name: "\(number)", created: moment)
                row.metadata.expiresAt = Timestamp(microseconds: moment)
                try await store.insert(row)
                #expect(try await store.row(id: "\(number)") == row)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aUserSeesOnlyTheirOwnSessions(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let mine = SessionRow.make(id: "a", user: "me", created: 1)
            for row in [
                mine, .make(id: "c", user: "me", name: "Bank", created: 2), .make(id: "d", user: "them", created: 3),
                .make(id: "b", user: "me", name: "Sea", created: 2),
            ] {
                try await store.insert(row)
            }
            #expect(try await store.list(userID: "me").map(\.id) == ["b", "c", "a"])
            #expect(try await store.list(userID: nil).map(\.id) == ["d", "b", "c", "a"])
            #expect(try await store.list(userID: "nobody") == [])
            #expect(try await store.row(userID: "me", idOrName: "d") == nil)
            #expect(try await store.row(userID: "me", idOrName: "a") == mine)
            #expect(try await store.row(userID: "me", idOrName: "Shop") == mine)
            #expect(try await store.row(userID: "them", idOrName: "Shop")?.metadata.id == "d")
            #expect(try await store.metadata(userID: "them", name: "Bank") == nil)
            #expect(try await store.metadata(id: "e") == nil)
            #expect(try await !store.delete(id: "d", userID: "me"))
            #expect(try await store.delete(id: "d", userID: "them"))
            #expect(try await !store.delete(id: "d", userID: "them"))
            #expect(try await store.row(id: "d") == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func namesAreUniqueForAUser(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.insert(.make(id: "a"))
            await #expect(throws: SessionStoreError.nameTaken) { try await store.insert(.make(id: "b")) }
            try await store.insert(.make(id: "c", user: "other"))
            try await store.insert(.make(id: "d", name: "Sea"))
            await #expect(throws: SessionStoreError.nameTaken) { try await store.replace(.make(id: "d")) }
            await #expect(throws: SessionStoreError.nameTaken) {
                try await store.update(id: "d", userID: "user-1", with: SessionChanges(name: "Shop"), at: .now)
            }
            #expect(try await store.metadata(id: "d")?.name == "Sea")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aRepeatedIDIsNotANameTaken(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.insert(.make(id: "a"))
            await #expect {
                try await store.insert(.make(id: "a", name: "Sea"))
            } throws: { error in
                [.failed(code: "SQLite result 1555"), .failed(code: "SQLSTATE 23505")]
                    .contains(error as? SessionStoreError)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func oneOfManyInsertsOfANameWins(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let failures = await withTaskGroup(of: SessionStoreError?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do throws(SessionStoreError) {
                            try await store.insert(.make(id: "\(number)"))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.compactMap { $0 }.reduce(into: []) { $0.append($1) }
            }
            #expect(failures == Array(repeating: .nameTaken, count: 49))
            let left = try await store.list(userID: nil)
            #expect(left.count == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aUserHasAtMostTheLimit(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            for number in 0..<3 { try await store.insert(.make(id: "\(number)", name: "\(number)"), limit: 3) }
            await #expect(throws: SessionStoreError.tooManySessions(limit: 3)) {
                try await store.insert(.make(id: "4", name: "4"), limit: 3)
            }
            try await store.insert(.make(id: "5", user: "another"), limit: 3)
            let row = SessionRow.make(id: "6", name: "6")
            #expect(try await store.delete(id: "1", userID: "user-1"))
            try await store.insert(row, limit: 3)
            #expect(try await store.row(id: "6") == row)
            try await store.insert(.make(id: "7", name: "7"), limit: nil)
            await #expect(throws: SessionStoreError.nameTaken) {
                try await store.insert(.make(id: "8", name: "7"), limit: 9)
            }
            // A failed insertion releases its lock.
            try await store.insert(.make(id: "9", name: "9"), limit: 9)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func oneOfManyInsertsAtTheLimitWins(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            var stores: [any SessionStore] = []
            for _ in 0..<2 { stores.append(try await StoreKind.open(location, creating: true)) }
            for number in 0..<9 { try await stores[0].insert(.make(id: "\(number)", name: "\(number)")) }
            let failures = await withTaskGroup(of: SessionStoreError?.self) { group in
                for number in 10..<50 {
                    let store = stores[number % 2]
                    group.addTask {
                        do throws(SessionStoreError) {
                            try await store.insert(.make(id: "\(number)", name: "\(number)"), limit: 10)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.compactMap { $0 }.reduce(into: []) { $0.append($1) }
            }
            #expect(failures == Array(repeating: .tooManySessions(limit: 10), count: 39))
            #expect(try await stores[0].list(userID: nil).count == 10)
            for store in stores { await store.close() }
        }
    }

    @Test(arguments: StoreKind.allCases, [Timestamp.earliest.microseconds - 1, Timestamp.latest.microseconds + 1])
    func momentsThatCannotBeReadBackAreRefused(_ kind: StoreKind, _ moment: Int64) async throws {
        try await kind.withStore { store in
            var row = SessionRow.make()
            try await store.insert(row)
            let changes = SessionChanges(expiresAt: Timestamp(microseconds: moment))
            await #expect(throws: SessionStoreError.unstorable(column: "expires_at")) {
                try await store.update(id: row.metadata.id, userID: "user-1", with: changes, at: .now)
            }
            row.metadata.expiresAt = Timestamp(microseconds: moment)
            await #expect(throws: SessionStoreError.unstorable(column: "expires_at")) { try await store.replace(row) }
            row.metadata.expiresAt = nil
            row.metadata.createdAt = Timestamp(microseconds: moment)
            await #expect(throws: SessionStoreError.unstorable(column: "created_at")) { try await store.insert(row) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func replaceKeepsTheCreationTime(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.insert(.make(created: 5))
            var changed = SessionRow.make(name: "Renamed", created: 9)
            changed.ciphertext = [9]
            changed.metadata.description = nil
            changed.metadata.expiresAt = nil
            #expect(try await store.replace(changed))
            var expected = changed
            expected.metadata.createdAt = Timestamp(microseconds: 5)
            #expect(try await store.row(id: changed.metadata.id) == expected)
            changed.metadata.userID = "another"
            #expect(try await !store.replace(changed))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func anUpdateChangesTheGivenColumns(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            var row = SessionRow.make()
            let id = row.metadata.id
            try await store.insert(row)
            let untouched = try await store.update(id: id, userID: "user-1", with: SessionChanges(), at: .now)
            row.metadata.updatedAt = .now
            #expect(untouched == row.metadata)
            row.metadata.name = "Sea"
            row.metadata.description = "else"
            row.metadata.expiresAt = Timestamp(microseconds: 77)
            (row.ciphertext, row.iv) = ([1, 0, 2], [3])
            let changes = SessionChanges(
                name: "Sea",
                description: "else",
                expiresAt: Timestamp(microseconds: 77),
                sealed: SealedColumns(ciphertext: [1, 0, 2], iv: [3])
            )
            #expect(try await store.update(id: id, userID: "user-1", with: changes, at: .now) == row.metadata)
            #expect(try await store.row(id: id) == row)
            #expect(try await store.update(id: id, userID: "another", with: changes, at: .now) == nil)
            #expect(try await store.update(id: "gone", userID: "user-1", with: changes, at: .now) == nil)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func updatesOfDifferentColumnsDoNotUndoOneAnother(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let id = SessionRow.make().metadata.id
            try await store.insert(.make())
            let changes = [
                SessionChanges(name: "Sea"), SessionChanges(description: "else"),
                SessionChanges(expiresAt: Timestamp(microseconds: 7)),
                SessionChanges(sealed: SealedColumns(ciphertext: [7], iv: [8])),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        _ = try await store.update(id: id, userID: "user-1", with: changes[number % 4], at: .now)
                    }
                }
                try await group.waitForAll()
            }
            let row = try #require(try await store.row(id: id))
            #expect(row.metadata.name == "Sea")
            #expect(row.metadata.description == "else")
            #expect(row.metadata.expiresAt == Timestamp(microseconds: 7))
            #expect(row.ciphertext == [7])
            #expect(row.iv == [8])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func textsWithANULAreNeitherFoundNorStored(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.insert(.make(id: "a", user: "u", name: "n"))
            #expect(try await store.row(id: "a\0b") == nil)
            #expect(try await store.row(userID: "u", name: "n\0") == nil)
            #expect(try await store.metadata(id: "a\0") == nil)
            #expect(try await store.metadata(userID: "u\0", name: "n") == nil)
            #expect(try await store.list(userID: "u\0") == [])
            #expect(try await !store.delete(id: "a\0", userID: "u"))
            #expect(try await store.update(id: "a\0", userID: "u", with: SessionChanges(), at: .now) == nil)
            await #expect(throws: SessionStoreError.unstorable(column: "name")) {
                try await store.insert(.make(id: "b", name: "a\0b"))
            }
            await #expect(throws: SessionStoreError.unstorable(column: "description")) {
                let changes = SessionChanges(description: "\0")
                return try await store.update(id: "a", userID: "u", with: changes, at: .now)
            }
            #expect(try await store.list(userID: nil).map(\.id) == ["a"])
        }
    }

    @Test(
        arguments: StoreKind.allCases,
        ["'; DROP TABLE browser_sessions; --", "$1", "?1", "%s\\", "../../etc", "\u{202E}x", "日本語 👩‍👩‍👧", "a\nb\u{7F}"]
    )
    func namesAreParametersAndNeverSQL(_ kind: StoreKind, _ name: String) async throws {
        try await kind.withStore { store in
            let row = SessionRow.make(id: "a", user: name, name: name)
            try await store.insert(row)
            #expect(try await store.row(userID: name, name: name) == row)
            #expect(try await store.list(userID: name) == [row.metadata])
        }
    }

    /// Swift equates the two texts; databases and tokens do not.
    @Test(arguments: StoreKind.allCases)
    func usersWithOtherBytesAreOtherUsers(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.insert(.make(id: "a", user: "caf\u{E9}"))
            #expect(try await store.row(userID: "cafe\u{301}", idOrName: "a") == nil)
            #expect(try await store.list(userID: "cafe\u{301}") == [])
            try await store.insert(.make(id: "b", user: "cafe\u{301}"))
            #expect(try await store.row(userID: "cafe\u{301}", name: "Shop")?.metadata.id == "b")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func aClosedStoreIsUnavailable(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.check()
            await store.close()
            let closed = SessionStoreError.unavailable(reason: "it has been closed")
            await #expect(throws: closed) { try await store.check() }
            await #expect(throws: closed) { try await store.insert(.make()) }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func manyStoresCreateTheTableOnce(_ kind: StoreKind) async throws {
        try await kind.withLocation { location in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let store = try await StoreKind.open(location, creating: true)
                        try await store.insert(.make(id: "\(number)", name: "\(number)"))
                        await store.close()
                    }
                }
                try await group.waitForAll()
            }
            let store = try await StoreKind.open(location, creating: false)
            #expect(try await store.list(userID: nil).count == 8)
            await store.close()
        }
    }
}

extension Timestamp {
    /// The time of changes in tests.
    fileprivate static var now: Timestamp { Timestamp(microseconds: 1_700_000_000_000_000) }
}

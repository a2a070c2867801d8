import ProxyCore
import TestSupport
import Testing

@Suite struct ContainerCredentialsEndpointTests {
    @Test(arguments: [
        "https://credentials.example/x", "http://127.0.0.1:51679/creds", "http://127.9.8.7/", "http://localhost:1/",
        "http://[::1]:80/x", "http://169.254.170.2/v2", "http://169.254.170.23/v1/credentials",
        "http://[fd00:ec2::23]/v1/credentials", "http://LOCALHOST/",
    ])
    func takesTheHostsOfTheStandardChain(text: String) {
        #expect(ContainerCredentialsEndpoint(full: text, authorization: .none) != nil)
    }

    @Test(arguments: [
        "http://example.com/", "http://169.254.169.254/", "http://127.1/", "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/", "http://example.com#@127.0.0.1/", "http://127.0.0.1\\@example.com/",
        "http://169.254.170.20/", "http://0x7f.0.0.1/", "http://127.0.0.01/", "ftp://127.0.0.1/", "127.0.0.1", "",
        "http://", "http://:80/", "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/",
        "http://[::1/", "http://[::1]x/", "http://%6cocalhost/", "http://local host/", "http://localhost/\r\nX: y",
    ])
    func refusesAnyOther(text: String) {
        #expect(ContainerCredentialsEndpoint(full: text, authorization: .none) == nil)
    }

    @Test(arguments: [("/v2/credentials/id?a=b", true), ("v2", false), ("@example.com/", false), ("", false)])
    func takesAPathOfTheECSAgent(path: String, isTaken: Bool) {
        let endpoint = ContainerCredentialsEndpoint(relative: path, authorization: .none)
        #expect((endpoint != nil) == isTaken)
        #expect(endpoint.map { $0.url.text == "http://169.254.170.2\(path)" } ?? true)
    }
}

@Suite struct AWSCredentialsTests {
    private static let good =
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-11-21T20:00:00Z"}"#

    @Test func readsAnAnswer() {
        let credentials = AWSCredentials(answer: Array(Self.good.utf8))
        #expect(credentials?.accessKeyID == "A")
        #expect(credentials?.secretAccessKey.revealText() == "S")
        #expect(credentials?.sessionToken?.revealText() == "T")
        #expect(credentials?.expiration == 1_795_291_200)
    }

    @Test(
        arguments: [
            (#","Expiration":"2026-11-21T20:00:00+00:00""#, 1_795_291_200),
            (#","Expiration":"2026-11-21t20:00:00.5z""#, 1_795_291_200.5),
            (#","Expiration":"2026-11-21T22:00:00+02:00""#, 1_795_291_200), (#","Expiration":"""#, nil),
            (#","Expiration":null"#, nil), ("", nil),
        ] as [(String, Timestamp?)]
    )
    func readsWhenTheyEnd(member: String, expected: Timestamp?) throws {
        let text = #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T"\#(member)}"#
        let credentials = try #require(AWSCredentials(answer: Array(text.utf8)))
        #expect(credentials.expiration == expected)
        #expect(credentials.sessionToken?.revealText() == "T")
    }

    /// What does not end is a user's own key, which has no session.
    @Test(arguments: ["", #","Token":"""#, #","Token":null,"Expiration":null"#])
    func whatDoesNotEndNeedsNoToken(members: String) throws {
        let text = #"{"AccessKeyId":"A","SecretAccessKey":"S"\#(members)}"#
        let credentials = try #require(AWSCredentials(answer: Array(text.utf8)))
        #expect(credentials.sessionToken == nil && credentials.expiration == nil)
    }

    @Test(arguments: [
        "", "[]", #"{"Code":"AssumeRoleUnauthorizedAccess"}"#,
        #"{"Code":"Failed","AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-11-21T20:00:00Z"}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T\r\nX-Evil: 1","Expiration":"2026-11-21T20:00:00Z"}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"soon"}"#,
        #"{"AccessKeyId":"","SecretAccessKey":"S","Token":"T","Expiration":"2026-11-21T20:00:00Z"}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"2026-11-21T20:00:00Z"}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"","Expiration":"2026-11-21T20:00:00Z"}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":1795291200}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":" "}"#,
        #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":7}"#,
    ])
    func refusesAnythingLess(text: String) {
        #expect(AWSCredentials(answer: Array(text.utf8)) == nil)
    }
}

@Suite struct AWSCredentialCacheTests {
    private func credentials(until expiration: Timestamp?) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: "A",
            secretAccessKey: SecretBytes(utf8: "S"),
            sessionToken: nil,
            expiration: expiration
        )
    }

    @Test func refreshesFiveMinutesAheadAndKeepsTheOldUntilTheyExpire() {
        var cache = AWSCredentialCache()
        #expect(cache.fresh(at: 0) == nil)
        cache.store(credentials(until: 1000))
        #expect(cache.fresh(at: 699) != nil)
        #expect(cache.fresh(at: 700) == nil)
        #expect(cache.lastResort(at: 999) != nil)
        #expect(cache.lastResort(at: 1000) == nil)
    }

    @Test func keepsWhatDoesNotExpireUntilItIsCleared() {
        var cache = AWSCredentialCache()
        cache.store(credentials(until: nil))
        #expect(cache.fresh(at: 1e12) != nil)
        cache.clear()
        #expect(cache.fresh(at: 0) == nil)
        #expect(cache.lastResort(at: 0) == nil)
    }
}

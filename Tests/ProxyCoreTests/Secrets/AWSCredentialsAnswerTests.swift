import ProxyCore
import TestSupport
import Testing

@Suite struct AWSCredentialsAnswerTests {
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

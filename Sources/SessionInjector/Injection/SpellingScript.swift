import ProxyCore

/// The JavaScript that asks Chrome how it writes hosts and paths. It runs in any page.
enum SpellingScript {
    /// The parameters of `Runtime.evaluate` that ask for the unknown hosts and paths.
    static func evaluation(for spelling: ChromeSpelling) -> JSONValue {
        let hosts = JSONValue.array(spelling.unknownHosts.map { JSONValue($0) }).serialized()
        let paths = JSONValue.array(spelling.unknownPaths.map { JSONValue($0) }).serialized()
        let arguments = String(decoding: hosts + [UInt8(ascii: ",")] + paths, as: UTF8.self)
        return ["expression": JSONValue("(\(function))(\(arguments))"), "returnByValue": true]
    }

    /// The spelling with Chrome's answers added; unchanged when the answer is not understood.
    static func spelling(_ answer: JSONValue, after former: ChromeSpelling) -> ChromeSpelling {
        let value = answer["result"]?["value"]
        let hosts = (value?["hosts"]?.arrayValue ?? []).map { host in
            host.stringValue.flatMap { WebOrigin(stored: "https://\($0)")?.host == $0 ? $0 : nil }
        }
        let paths = (value?["paths"]?.arrayValue ?? []).map { $0.stringValue ?? "" }
        return ChromeSpelling(of: former, hosts: hosts, paths: paths)
    }

    private static let function = """
        (hosts, paths) => {
          const host = written => { try { return new URL(`http://${written}`).hostname } catch { return null } };
          const path = written => { const url = new URL('http://a/'); url.pathname = written; return url.pathname };
          return {hosts: hosts.map(host), paths: paths.map(path)};
        }
        """
}

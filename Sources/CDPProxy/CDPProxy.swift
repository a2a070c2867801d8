import ArgumentParser
import ProxyCore
import Crypto

@main
struct CDPProxy: ParsableCommand {
    func run() throws { print(SHA256.hash(data: [1, 2, 3])) }
}

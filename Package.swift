// swift-tools-version: 6.2

import PackageDescription

/// One list for every target: Swift 6 mode with complete concurrency checking, unsafe code marked as such, and no
/// warning left standing.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "cdp-proxy",
    products: [
        .executable(name: "cdp-proxy", targets: ["CDPProxy"]),
        .executable(name: "session-service", targets: ["SessionService"]),
        .library(name: "ProxyCore", targets: ["ProxyCore"]),
        .library(name: "SessionInjector", targets: ["SessionInjector"]),
        .library(name: "SessionStore", targets: ["SessionStore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "CCurl"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "ProxyCore", dependencies: ["CLinux", "CCurl", crypto], swiftSettings: settings),
        .target(name: "SessionInjector", dependencies: ["ProxyCore", crypto], swiftSettings: settings),
        .target(name: "SessionStore", dependencies: ["CSQLite"], swiftSettings: settings),
        .executableTarget(
            name: "SessionService",
            dependencies: [
                "ProxyCore", "SessionInjector", "SessionStore", arguments, crypto, hummingbird, hummingbirdTLS, jwt, logging,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CDPProxy",
            dependencies: ["ProxyCore", "SessionInjector", "SessionStore", arguments, crypto],
            swiftSettings: settings
        ),
        .target(name: "TestSupport", dependencies: ["ProxyCore"], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(name: "ProxyCoreTests", dependencies: ["ProxyCore", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "SessionInjectorTests",
            dependencies: ["SessionInjector", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(name: "SessionStoreTests", dependencies: ["SessionStore"], swiftSettings: settings),
        .testTarget(
            name: "SessionServiceTests",
            dependencies: ["SessionService", "ProxyCore", "TestSupport", crypto, cryptoExtras],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CDPProxyTests",
            dependencies: ["CDPProxy", "ProxyCore", "SessionStore", "TestSupport"],
            swiftSettings: settings
        ),
    ],
    cxxLanguageStandard: .cxx17
)

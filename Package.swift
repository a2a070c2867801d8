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
/// What Hummingbird stands on and its users name: HTTP values, channels, TLS, services and loggers.
let underHummingbird: [Target.Dependency] = [
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
]

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
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "CCurl"),
        .target(name: "COpenSSL"),
        .target(name: "CPostgres"),
        .target(name: "CZlib"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "ProxyCore",
            dependencies: ["CLinux", "CCurl", "COpenSSL", "CZlib", crypto],
            swiftSettings: settings
        ),
        .target(name: "SessionInjector", dependencies: ["ProxyCore", crypto], swiftSettings: settings),
        .target(name: "SessionStore", dependencies: ["CPostgres", "CSQLite", "ProxyCore"], swiftSettings: settings),
        .target(
            name: "Settings",
            dependencies: ["ProxyCore", "SessionInjector", "SessionStore"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "SessionService",
            dependencies: [
                "ProxyCore", "SessionInjector", "SessionStore", "Settings", arguments, crypto, hummingbird,
                hummingbirdTLS, jwt,
            ] + underHummingbird,
            resources: [.embedInCode("OpenAPI/openapi.json")],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "CDPProxy",
            dependencies: ["ProxyCore", "SessionInjector", "SessionStore", "Settings", arguments, crypto],
            swiftSettings: settings
        ),
        .target(name: "TestSupport", dependencies: ["ProxyCore"], path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "ProxyCoreTests",
            dependencies: ["ProxyCore", "TestSupport"],
            exclude: ["Policy/Recorded"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SessionInjectorTests",
            dependencies: ["SessionInjector", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SessionStoreTests",
            dependencies: ["ProxyCore", "SessionStore", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SessionServiceTests",
            dependencies: [
                "SessionService", "ProxyCore", "SessionStore", "Settings", "TestSupport", crypto, cryptoExtras,
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + underHummingbird,
            swiftSettings: settings
        ),
        .testTarget(
            name: "CDPProxyTests",
            dependencies: ["CDPProxy", "ProxyCore", "SessionStore", "Settings", "TestSupport"],
            swiftSettings: settings
        ),
    ],
    cxxLanguageStandard: .cxx17
)

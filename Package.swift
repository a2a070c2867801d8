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
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "cdp-proxy",
    products: [
        .executable(name: "cdp-proxy", targets: ["CDPProxy"]),
        .library(name: "ProxyCore", targets: ["ProxyCore"]),
        .library(name: "SessionInjector", targets: ["SessionInjector"]),
        .library(name: "SessionStore", targets: ["SessionStore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "CCurl"),
        .target(name: "CPostgres"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "ProxyCore", dependencies: ["CLinux", "CCurl", crypto], swiftSettings: settings),
        .target(name: "SessionInjector", dependencies: ["ProxyCore", crypto], swiftSettings: settings),
        .target(name: "SessionStore", dependencies: ["CPostgres", "CSQLite"], swiftSettings: settings),
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
        .testTarget(name: "SessionStoreTests", dependencies: ["SessionStore", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "CDPProxyTests",
            dependencies: ["CDPProxy", "ProxyCore", "SessionStore", "TestSupport"],
            swiftSettings: settings
        ),
    ],
    cxxLanguageStandard: .cxx17
)

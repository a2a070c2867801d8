// swift-tools-version: 6.2

import PackageDescription

/// Those of the package under test: Swift 6 mode, unsafe code marked as such, and no warning left standing.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// A package of its own, since every Swift module it links must be compiled with the fuzzer's instrumentation.
let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "cdp-proxy", path: "..")],
    targets: [
        .target(name: "CLibFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CLibFuzzer",
                .product(name: "ProxyCore", package: "cdp-proxy"),
                .product(name: "SessionInjector", package: "cdp-proxy"),
            ],
            swiftSettings: settings
        ),
    ]
)

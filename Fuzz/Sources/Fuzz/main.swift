// Fuzz TARGET [libFuzzer's options] [corpus folders, or inputs to run once]
// Fuzz --list    the targets, one a line

import Glibc

let arguments = CommandLine.arguments
if arguments.count == 2, arguments[1] == "--list" {
    for target in FuzzTarget.all { print(target.name) }
    exit(0)
}
guard arguments.count >= 2, let target = FuzzTarget.all.first(where: { $0.name == arguments[1] }) else {
    print("usage: Fuzz TARGET [libFuzzer's options] [folders or inputs]; the targets are:")
    for target in FuzzTarget.all { print("  \(target.name)") }
    exit(2)
}
exit(LibFuzzer.run(target, program: arguments[0], options: arguments.dropFirst(2)))

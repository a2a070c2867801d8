import Glibc
import ProxyCore
import Settings

/// Where a command's variables come from: the process's environment, and behind it a file.
enum EnvironmentSource {
    /// The environment, with the variables of the file that it does not set.
    static func environment(envFile: String?) throws(EnvironmentSourceError) -> Environment {
        guard let envFile else { return .process }
        guard let contents = FileContents.read(envFile) else {
            throw EnvironmentSourceError(envFile, "it cannot be read")
        }
        guard isPrivate(envFile) else {
            throw EnvironmentSourceError(envFile, "others can read it or write to it: chmod 600 it")
        }
        do throws(EnvironmentFileError) {
            return Environment.process.withDefaults(
                try EnvironmentFile.parse(String(decoding: contents, as: UTF8.self))
            )
        } catch {
            throw EnvironmentSourceError(envFile, "\(error)")
        }
    }

    /// Whether only the owner and the group may read the file, and only the owner may write to it: mounted secrets are
    /// often readable by a group.
    private static func isPrivate(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP) == 0
    }
}

/// A file of variables that is not used.
struct EnvironmentSourceError: Error, CustomStringConvertible {
    /// One sentence that names the file, and no value.
    let description: String

    /// A file that is not used for this reason.
    init(_ path: String, _ reason: String) { description = "--env-file \(path): \(reason)." }
}

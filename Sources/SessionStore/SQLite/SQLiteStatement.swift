import CSQLite
import ProxyCore

/// A prepared statement, finalised when its last reference goes; its database stays open until then. One isolation may
/// use it. As in SQLite, the first parameter is 1 and the first column is 0.
@safe final class SQLiteStatement {
    // Owned: sqlite3_prepare_v2 made it, and `deinit` finalises it once.
    private let handle: OpaquePointer

    /// Takes over a statement.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Binds all parameters in order.
    func bind(_ values: [SQLValue]) {
        for (index, value) in zip(Int32(1)..., values) {
            switch value {
            case .null: unsafe sqlite3_bind_null(handle, index)
            case .text(let text): bind(index, text)
            case .bytes(let bytes): bind(index, bytes)
            case .moment(let moment): bind(index, moment.databaseText)
            }
        }
    }

    private func bind(_ index: Int32, _ text: String) {
        var copy = text
        // SQLite copies the bytes before the call returns, so the pointer need not outlive the closure.
        _ = copy.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe csqlite_bind_text_copy(handle, index, characters.baseAddress, Int32(characters.count))
            }
        }
    }

    private func bind(_ index: Int32, _ bytes: [UInt8]) {
        // As above: SQLite copies the bytes before the call returns.
        _ = unsafe bytes.withUnsafeBytes { buffer in
            unsafe csqlite_bind_blob_copy(handle, index, buffer.baseAddress, Int32(buffer.count))
        }
    }

    /// Steps once and returns SQLite's result code.
    func step() -> Int32 {
        unsafe sqlite3_step(handle)
    }

    /// Makes the statement ready for its next use: releases its locks and its parameters.
    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    /// The columns of the current row.
    var row: [SQLValue] {
        let count = unsafe sqlite3_column_count(handle)
        return (0..<count).map { column in
            switch unsafe sqlite3_column_type(handle, column) {
            case SQLITE_NULL: .null
            case SQLITE_BLOB: .bytes(bytes(column))
            default: .text(text(column))
            }
        }
    }

    private func text(_ column: Int32) -> String {
        // SQLite owns the text, which is valid until the next step; this copies it.
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    private func bytes(_ column: Int32) -> [UInt8] {
        // As above.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

import CSQLite

/// A prepared statement, finalised when it goes. It must not outlive its database (`SQLiteDatabase.prepare` keeps it
/// within one function of the store). Parameters and columns are counted from 1 and 0, as in SQLite.
@safe struct SQLiteStatement: ~Copyable {
    // Owned: made by sqlite3_prepare_v2, given back once, in `deinit`.
    private let handle: OpaquePointer

    /// Takes a statement over.
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Binds a text, or NULL.
    mutating func bind(_ index: Int32, _ text: String?) {
        guard let text else { return bindNull(index) }
        var copy = text
        // SQLite copies the bytes before the call returns, so the pointer need not outlive the closure.
        _ = copy.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                unsafe csqlite_bind_text_copy(handle, index, characters.baseAddress, Int32(characters.count))
            }
        }
    }

    /// Binds bytes.
    mutating func bind(_ index: Int32, _ bytes: [UInt8]) {
        // As above: copied before the call returns.
        _ = unsafe bytes.withUnsafeBytes { buffer in
            unsafe csqlite_bind_blob_copy(handle, index, buffer.baseAddress, Int32(buffer.count))
        }
    }

    private mutating func bindNull(_ index: Int32) {
        unsafe sqlite3_bind_null(handle, index)
    }

    /// Steps once; the result code as it is.
    mutating func step() -> Int32 {
        unsafe sqlite3_step(handle)
    }

    /// A column as text; nil for NULL. Bytes that are not UTF-8 are repaired.
    func text(_ column: Int32) -> String? {
        // The pointer is SQLite's, valid until the next step; the bytes are copied here.
        guard let start = unsafe sqlite3_column_text(handle, column) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// A column's bytes; empty for NULL.
    func bytes(_ column: Int32) -> [UInt8] {
        // As above.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

import Crypto
import FoundationEssentials

/// The AES-256 key of one user's states. It never shows its bytes, neither when printed nor when reflected.
public struct UserKey: Sendable {
    private let key: SymmetricKey

    /// Takes over a key that `MasterSecret` has derived.
    init(_ key: SymmetricKey) {
        self.key = key
    }

    /// Reads a derived key, as `SESSION_USER_KEY` carries it: 32 bytes in standard base64.
    public init(base64 text: String) throws(SealingError) {
        key = try SymmetricKey(base64Key: text)
    }

    /// Seals `plaintext` under a fresh random initialisation vector.
    public func seal(_ plaintext: some Sequence<UInt8>) -> SealedState {
        // Sealing fails only for a nonce or a key of the wrong size, and both have the right one here.
        guard let box = try? AES.GCM.seal(Array(plaintext), using: key) else {
            preconditionFailure("AES-256-GCM refused a 32-byte key")
        }
        return SealedState(ciphertext: Array(box.ciphertext) + Array(box.tag), iv: Array(box.nonce))
    }

    /// Opens what `seal`, or the Python reference with the same key, has sealed.
    public func open(_ sealed: SealedState) throws(SealingError) -> [UInt8] {
        let tagLength = 16
        guard sealed.iv.count == 12 else { throw .ivLength(sealed.iv.count) }
        guard sealed.ciphertext.count >= tagLength else { throw .ciphertextLength(sealed.ciphertext.count) }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: sealed.iv),
                ciphertext: sealed.ciphertext.dropLast(tagLength),
                tag: sealed.ciphertext.suffix(tagLength)
            )
            return Array(try AES.GCM.open(box, using: key))
        } catch {
            throw .notAuthentic
        }
    }
}

extension UserKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A fixed text in place of the bytes.
    public var description: String { "UserKey(hidden)" }

    /// A fixed text in place of the bytes.
    public var debugDescription: String { description }

    /// No children, so that `dump` and string interpolation of an enclosing value show nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SymmetricKey {
    /// Decodes a 256-bit key from standard base64. Strips white space around it, since keys in files end in a newline.
    init(base64Key text: String) throws(SealingError) {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
        let start = text.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }
        let trimmed = end.map { String(start[...$0]) } ?? ""
        guard let bytes = Data(base64Encoded: trimmed) else { throw .keyNotBase64 }
        guard bytes.count == 32 else { throw .keyLength(bytes.count) }
        self.init(data: bytes)
    }
}

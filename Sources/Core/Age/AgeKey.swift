public import Primitives

/// What to seal to.
public enum AgeSealing: Sendable {
    /// 1 to 16 recipients of one kind.
    case recipients([AgeRecipient])
    /// A passphrase, worked with scrypt at N = 2^`workFactor`: 18 takes 256 MiB and about a second.
    case passphrase(SecretBytes, workFactor: Int = 18)

    /// The stanzas that wrap `key`. Throws `AgeError.key`: none or too many recipients, both kinds together
    /// (which would undo the hybrid one's purpose), a key that is none, an empty passphrase.
    func stanzas(for key: borrowing FileKey) throws(AgeError) -> [AgeHeader.Stanza] {
        switch self {
        case .recipients(let recipients):
            guard let first = recipients.first else { throw .key("no recipient") }
            guard recipients.count <= AgeHeader.stanzasMax else { throw .key("too many recipients") }
            guard recipients.allSatisfy({ $0.kind == first.kind }) else {
                throw .key("hybrid and classical recipients may not be used together")
            }
            var stanzas = [AgeHeader.Stanza]()
            for recipient in recipients { stanzas.append(try RecipientStanza.wrap(key, for: recipient)) }
            return stanzas
        case .passphrase(let passphrase, let workFactor):
            return [try PassphraseStanza.wrap(key, passphrase: passphrase, workFactor: workFactor)]
        }
    }
}

/// What to open with.
public enum AgeOpening: Sendable {
    /// Any of these identities.
    case identities([AgeIdentity])
    /// Any of these passphrases: the spellings of one. A header that asks for more work than `maximumWorkFactor` is refused
    /// before any is done: 18 takes 256 MiB of memory, each step more doubles it, 22 is the most that is ever done.
    case passphrases([SecretBytes], maximumWorkFactor: Int = 18)

    public static func passphrase(_ passphrase: SecretBytes, maximumWorkFactor: Int = 18) -> AgeOpening {
        .passphrases([passphrase], maximumWorkFactor: maximumWorkFactor)
    }

    public static func identity(_ identity: AgeIdentity) -> AgeOpening { .identities([identity]) }

    /// The key of a file, its header's MAC verified. Throws `AgeError.header`, `.noMatch` or `.headerMAC`.
    func fileKey(of header: AgeHeader) throws(AgeError) -> FileKey {
        try header.checkComposition()
        guard let key = try unwrapped(header) else { throw .noMatch }
        guard key.authenticates(header) else { throw .headerMAC }
        return key
    }

    private func unwrapped(_ header: AgeHeader) throws(AgeError) -> FileKey? {
        switch self {
        case .identities(let identities):
            for identity in identities {
                for stanza in header.stanzas {
                    if let key = try RecipientStanza.unwrap(stanza, with: identity) { return key }
                }
            }
        case .passphrases(let passphrases, let maximumWorkFactor):
            for passphrase in passphrases {
                for stanza in header.stanzas {
                    let key = try PassphraseStanza.unwrap(
                        stanza, passphrase: passphrase, maximumWorkFactor: maximumWorkFactor)
                    if let key { return key }
                }
            }
        }
        return nil
    }
}

/// Verifies that `bytes`, an age file or at least its whole header, was sealed for this key and that its
/// header's MAC holds, without reading the payload.
///
/// Throws `AgeError.header`, `.noMatch` or `.headerMAC`. Not for armored files.
@discardableResult
public func checkHeader(_ bytes: [UInt8], with key: AgeOpening) throws(AgeError) -> AgeHeader {
    let header = try AgeHeader.parse(prefixOf: bytes).header
    _ = try key.fileKey(of: header)
    return header
}

public import Age
public import Contract
public import Evidence
import Identity

extension NetworkOrganisation {
    /// What custodian's envelopes are sealed to. Throws `unverified` where the genesis pins no recipient.
    public var recordsRecipient: AgeRecipient {
        get throws(PartyError) { try recipient(recordsRecipientText) }
    }

    /// What letters, permits and the directory are sealed to. Throws like `recordsRecipient`.
    public var deskRecipient: AgeRecipient {
        get throws(PartyError) { try recipient(deskRecipientText) }
    }

    private func recipient(_ text: String) throws(PartyError) -> AgeRecipient {
        do {
            return try AgeRecipient(text)
        } catch { throw .unverified("a recipient of \(name) in the genesis is none", cause: error) }
    }
}

extension AgeRecipient {
    /// SHA-256 of its text: how the ledger and the genesis name it.
    public var hash: Digest { Digest(hashing: Array(text.utf8)) }
}

import API
public import Contract
public import Evidence
import Foundation
import Identity
import Remote
import Sealing

/// An organisation that wants to join: what it publishes of itself, as the file that the others read.
public struct Application: Codable, Sendable {
    static let fileName = "application.json"

    private let description: Network.File.Organisation
    private let root: PublicKey
    private let validator: PublicKey

    init(of founder: Founder) {
        description = founder.described
        root = founder.root.key
        validator = founder.validator.key
    }

    /// Reads `application.json`. Throws `badInput` when it is none.
    public init(reading bytes: [UInt8]) throws(PartyError) {
        guard let application = try? JSON.decode(Application.self, bytes), (try? application.pinned) != nil
        else { throw .badInput("this is not an organisation's application") }
        self = application
    }

    public var name: OrganisationName { description.name }

    /// What is agreed on: keys, and hashes of the rest.
    public var pinned: Genesis.Organisation {
        get throws(PartyError) {
            guard let kind = OrganisationKind(name: description.kind),
                let authority = try? PEM.decode(Array(description.authority.utf8), label: "CERTIFICATE")
            else { throw .badInput("the application of \(description.name) is damaged") }
            return Genesis.Organisation(
                name: description.name, kind: kind, root: root, validator: validator,
                authorityHash: Digest(hashing: authority),
                recordsRecipientHash: Digest(hashing: Array(description.recordsRecipient.utf8)),
                deskRecipientHash: Digest(hashing: Array(description.deskRecipient.utf8)))
        }
    }
}

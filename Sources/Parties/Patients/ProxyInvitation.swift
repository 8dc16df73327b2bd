import API
import Age
public import Contract
public import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote

/// What a guardian or proxy hands to the patient: keys by which it will act, one for each record, so that
/// none links two records.
public struct ProxyInvitation: Codable, Sendable {
    struct Place: Codable, Sendable {
        var key: PublicKey
        var recipient: String
        /// Ed25519 by `key` over `signedContent`: whoever altered the file cannot put another recipient in.
        var signature: Data

        static func signedContent(_ recipient: String, network: NetworkID) -> [UInt8] {
            Array("medseal/proxy".utf8) + [0] + network.bytes + Array(recipient.utf8)
        }
    }

    var network: NetworkID
    var places: [Place]

    /// Reads an invitation's file. Throws `badInput` when it is none to this network, `unverified` when it was altered.
    public init(reading bytes: [UInt8], network: NetworkID) throws(PartyError) {
        guard let read = try? JSON.decode(ProxyInvitation.self, bytes), read.network == network
        else { throw .badInput("this is no invitation to this network") }
        for place in read.places {
            let claim = SignatureClaim(
                key: place.key, message: Place.signedContent(place.recipient, network: network),
                signature: [UInt8](place.signature))
            guard Signatures.isValid(claim), (try? AgeRecipient(place.recipient)) != nil else {
                throw .unverified("the invitation was altered")
            }
        }
        self = read
    }

    init(network: NetworkID, places: [Place]) {
        self.network = network
        self.places = places
    }

    /// The invitation's file.
    public func encoded() throws -> [UInt8] { try JSON.pretty(self) }

    /// A key of it that nobody has delegated anything to yet.
    func unused(_ connection: Connection) async throws -> (key: PublicKey, recipient: AgeRecipient) {
        for place in places
        where try await connection.positions(about: place.key.bytes, kind: .delegate).isEmpty {
            return (place.key, try AgeRecipient(place.recipient))
        }
        throw PartyError.refused("every key of this invitation is used: ask for another one")
    }
}

extension Patient {
    /// How many proxy keys are looked through, and handed out at once.
    public static let proxyKeysMax = 32

    /// Keys for `count` records, numbered from `first` on.
    public func invitation(count: Int, from first: Int) throws -> ProxyInvitation {
        guard (1...Self.proxyKeysMax).contains(count), (0...1_000_000).contains(first) else {
            throw PartyError.badInput("an invitation has 1 to \(Self.proxyKeysMax) keys")
        }
        let places = (first..<first + count).map { number in
            let key = wallet.proxyKey(index: UInt64(number))
            let recipient = proxyIdentity(UInt64(number)).recipient.text
            return ProxyInvitation.Place(
                key: key.key, recipient: recipient,
                signature: Data(
                    key.sign(ProxyInvitation.Place.signedContent(recipient, network: network.id))))
        }
        return ProxyInvitation(network: network.id, places: places)
    }
}

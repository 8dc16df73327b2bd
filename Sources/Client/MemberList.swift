import API
public import Contract
import Foundation
public import Remote

extension Member {
    /// A member as the network shows it, and whether that holds.
    public struct Listed: Encodable, Sendable {
        public let key: PublicKey
        public let organisation: String
        public let role: String?
        public let name: String?
        /// `active`, or why it is not to be trusted.
        public let status: String
    }

    /// The members that the server shows, each verified against the ledger.
    public func list(organisation: OrganisationName?, _ connection: Connection) async throws -> [Listed] {
        let query = organisation.map { [("organisation", $0.description)] } ?? []
        let answer: Wire.Members = try await connection.call(.get, Routes.members, query: query)
        let checkpoint = try await home.remembered.advance(connection)
        var listed = [Listed]()
        for card in answer.members {
            do {
                let member = try await connection.verifiedMember(card.key, under: checkpoint, card: card)
                listed.append(
                    Listed(
                        key: card.key, organisation: member.organisation.description, role: member.role.name,
                        name: SafeText.escaped(member.name), status: "active"))
            } catch let failure as ClientFailure where failure.code == .refused || failure.code == .unverified
            {
                listed.append(
                    Listed(
                        key: card.key, organisation: card.organisation.description, role: nil, name: nil,
                        status: failure.message))
            }
        }
        return listed
    }
}

import Contract
import FabricProtocol
import Foundation
import Identity
import Primitives
import SwiftProtobuf

/// Who may say what on a channel, by certificates that lead to the genesis and to nothing else: not to what
/// the channel's configuration says of itself.
struct ChannelMembers: Sendable {
    /// A program of one of the organisations.
    struct Member: Sendable, Hashable {
        let organisation: OrganisationName
        let kind: OrganisationKind
        let certificate: NodeCertificate
    }

    private struct Organisation {
        let kind: OrganisationKind
        /// The authority's certificate, DER; nil when none was given that has the hash.
        let authority: [UInt8]?
    }

    private let authorities: [Digest: [UInt8]]
    private var organisations: [OrganisationName: Organisation] = [:]
    /// What each serialized identity turned out to be: a program signs again and again.
    private var known: [Data: Result<Member, SignerError>] = [:]

    /// `authorities` are certificates (DER); each counts for the organisation that names its hash. Throws
    /// `badProfile` when one of the genesis is missing.
    init(_ genesis: Genesis, authorities: [[UInt8]]) throws(FabricError) {
        self.authorities = Dictionary(
            authorities.map { (Digest(hashing: $0), $0) }, uniquingKeysWith: { first, _ in first })
        for organisation in genesis.organisations {
            guard self.authorities[organisation.authorityHash] != nil else {
                throw .badProfile(
                    "there is no certificate of \(organisation.name)'s authority with the hash in the genesis"
                )
            }
            admit(organisation)
        }
    }

    /// From now on the organisation is one of them.
    mutating func admit(_ organisation: Genesis.Organisation) {
        organisations[organisation.name] = Organisation(
            kind: organisation.kind, authority: authorities[organisation.authorityHash])
        known = [:]
    }

    /// The program of a serialized identity (msp.SerializedIdentity), whose certificate was in force at
    /// `moment`.
    mutating func member(_ serialized: Data, at moment: Date) throws(SignerError) -> Member {
        let result = known[serialized] ?? identify(serialized)
        known[serialized] = result
        let member = try result.get()
        guard member.certificate.isInForce(at: moment) else {
            throw SignerError(description: "a certificate of \(member.organisation) that was not in force")
        }
        return member
    }

    private func identify(_ serialized: Data) -> Result<Member, SignerError> {
        func stranger(_ reason: String) -> Result<Member, SignerError> {
            .failure(SignerError(description: reason))
        }
        guard let identity = try? Msp_SerializedIdentity(serializedBytes: serialized) else {
            return stranger("somebody without an identity")
        }
        guard let name = OrganisationName(identity.mspid), let organisation = organisations[name] else {
            return stranger("somebody of an organisation that is none of the network's")
        }
        guard let authority = organisation.authority else {
            return stranger("somebody of \(name), whose authority's certificate was not given")
        }
        do {
            let der = try PEM.decode([UInt8](identity.idBytes), label: "CERTIFICATE")
            let certificate = try NodeCertificate.verify(der, under: authority)
            guard certificate.organisation == name else {
                return stranger("somebody with a certificate of another organisation than \(name)")
            }
            return .success(Member(organisation: name, kind: organisation.kind, certificate: certificate))
        } catch { return stranger("somebody who claims to be of \(name): \(error)") }
    }
}

extension ChannelMembers {
    /// The organisation whose orderer has signed the block. The signature covers the header, and so the data and
    /// all blocks before; not which transactions are valid.
    ///
    /// One signature (Raft). Those of SmartBFT are not understood.
    mutating func orderer(of block: Common_Block, at moment: Date) throws(SignerError) -> OrganisationName {
        guard let first = block.metadata.metadata.first,
            let metadata = try? Common_Metadata(serializedBytes: first), metadata.signatures.count == 1,
            let signature = metadata.signatures.first,
            let signer = try? Common_SignatureHeader(serializedBytes: signature.signatureHeader)
        else { throw SignerError(description: "it is not signed by one orderer") }
        let orderer: Member
        do throws(SignerError) {
            orderer = try member(signer.creator, at: moment)
        } catch { throw SignerError(description: "it is signed as by an orderer by \(error)") }
        let name = orderer.organisation
        guard orderer.certificate.role == .orderer else {
            throw SignerError(
                description: "it is signed by a \(orderer.certificate.role) of \(name), not by an orderer")
        }
        let message =
            [UInt8](metadata.value) + [UInt8](signature.signatureHeader) + FabricBlock.der(of: block.header)
        guard P256Signature.isValid([UInt8](signature.signature), of: message, by: orderer.certificate.key)
        else { throw SignerError(description: "the signature of \(name)'s orderer does not hold") }
        return name
    }
}

/// Why who signed is not who had to: whose name it is not, or why a block is not an orderer's.
struct SignerError: Error, CustomStringConvertible {
    let description: String
}

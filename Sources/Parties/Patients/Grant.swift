public import API
import Age
public import Contract
import Evidence
import Homes
import Identity
import Manifests
import Remote
import Sealing
import Workflow

extension Patient {
    /// Whom a grant names.
    public enum Grantee: Sendable {
        case member(PublicKey)
        /// Any member of a hospital or laboratory in a role of those that hold its desk key.
        case role(Role, OrganisationName)
    }

    /// Which of a record's files a grant is for.
    public enum Extent: Sendable {
        /// Those that there are now.
        case present
        /// Those, and what is added.
        case growing
        /// Those of these names, as the record's list has them.
        case files([String])
    }

    /// Lets somebody read, receive or append to a record, or read single files of it, without a request.
    ///
    /// Throws unless a member's identity holds, and the contract's reason; `badInput` for files that the record has
    /// not.
    public func grant(
        _ handle: RecordHandle, to grantee: Grantee, kind: GrantKind, extent: Extent = .present,
        purpose: Purpose, days: Int, releases: UInt64
    ) async throws -> (grant: StatementID, receipt: Wire.Receipt) {
        guard (1...3_650).contains(days) else {
            throw PartyError.badInput("a grant lasts 1 to 3650 days")
        }
        let record = try await ownRecord(handle)
        return try await connected(at: record.depositedAt) { connection in
            let now = surroundings.now()
            let notAfter = (now + UInt64(days) * 86_400).dayEnded
            let nonce = surroundings.random(Statement.nonceBytes)
            var grant = Grant(
                record: handle, organisation: record.depositedAt, kind: kind, purpose: purpose,
                notBefore: now.dayBegun, notAfter: notAfter, releases: releases)
            let wrap: (RecordKeys) throws -> [UInt8]
            let wrapFiles: ([PartialEnvelope.Stored]) throws -> [UInt8]
            switch grantee {
            case .member(let key):
                let checkpoint = try await remembered.advance(connection)
                let member = try await connection.verifiedMember(key, under: checkpoint)
                (grant.organisation, grant.grantee) = (member.organisation, member.key)
                wrap = {
                    try Envelope.wrap($0, record: handle, nonce: nonce, notAfter: notAfter, for: member)
                }
                wrapFiles = {
                    try PartialEnvelope.wrap(
                        $0, record: handle, nonce: nonce, notAfter: notAfter, for: member)
                }
                try remember(member)
            case .role(let role, let name):
                let organisation = try roleHolder(role, name, kind)
                (grant.organisation, grant.role) = (name, role)
                wrap = {
                    try Envelope.wrap(
                        $0, record: handle, nonce: nonce, notAfter: notAfter, role: role, of: organisation)
                }
                wrapFiles = {
                    try PartialEnvelope.wrap(
                        $0, record: handle, nonce: nonce, notAfter: notAfter, role: role,
                        of: organisation)
                }
            }
            switch extent {
            case .present: break
            case .growing: grant.coverage = .growing
            case .files(let names):
                guard kind == .read else {
                    throw PartyError.badInput("single files are granted to be read: --kind read")
                }
                let files = try await stored(names, of: record, connection)
                guard let manifest = Manifest(of: files.map(\.description.ciphertext)) else {
                    throw PartyError.badInput("name one file at least, each once")
                }
                grant.coverage = .part
                grant.root = manifest.root
                grant.manifest = try await put(
                    manifest.encoded(), as: .grantManifest, record, connection)
                grant.envelope = try await put(
                    try wrapFiles(files), as: .grantEnvelope, record, connection)
            }
            if kind != .append, grant.coverage != .part {
                let opened = try await opened(record, connection)
                grant.envelope = try await put(
                    try wrap(opened.parts.keys(granting: kind, grant.coverage)), as: .grantEnvelope, record,
                    connection)
            }
            let statement = Statement(.grant(grant), validUntil: now.validUntil, nonce: nonce)
            let receipt = try await connection.submit(statement, signedBy: ownerKey(of: record))
            return (receipt.statement, receipt)
        }
    }

    /// Files of a record with the headers that they are stored under, and the keys that open those.
    func stored(
        _ names: [String], of record: OwnRecord, _ connection: Connection
    ) async throws -> [PartialEnvelope.Stored] {
        let unlocked = try await unlock(record, connection)
        var stored = [PartialEnvelope.Stored]()
        for (_, file) in try unlocked.descriptor.files(named: names) {
            stored.append((file, try await unlocked.header(of: file), unlocked.fetched.key(of: file)))
        }
        unlocked.finish()
        return stored
    }

    /// The organisation whose members in `role` can be granted something together. Throws `badInput`.
    private func roleHolder(
        _ role: Role, _ name: OrganisationName, _ kind: GrantKind
    ) throws -> Network.Organisation {
        let organisation = try network.organisation(name)
        guard organisation.kind.isCustodian, [.clinician, .registrar, .gateway].contains(role),
            kind != .append
        else {
            throw PartyError.badInput(
                "to read or receive, a role can be granted to a hospital's or laboratory's clinicians, "
                    + "registrars or gateways")
        }
        return organisation
    }
}

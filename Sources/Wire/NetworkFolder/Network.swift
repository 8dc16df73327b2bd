package import API
public import Contract
@_exported public import Evidence
public import Files
public import Foundation
public import Identity
import TransparencyLog

/// A network as its members and patients know it: the genesis, and what the hashes in it stand for, checked.
///
/// Read from a folder with `genesis.cbor` and `network.json`; there is no other way to get one, and nothing
/// of `network.json` is believed but the servers' addresses, and who runs the one that several share.
public struct Network: Sendable {
    public typealias Organisation = NetworkOrganisation

    /// `network.json`.
    package struct File: Codable {
        package typealias Organisation = Wire.Organisation
        package var server: String
        /// Whose authority has issued that server's certificate.
        package var serverOperator: OrganisationName
        package var organisations: [Organisation]

        package init(server: String, serverOperator: OrganisationName, organisations: [Organisation]) {
            self.server = server
            self.serverOperator = serverOperator
            self.organisations = organisations
        }
    }

    package static let genesisName = "genesis.cbor"
    package static let fileName = "network.json"
    /// A file for each organisation that was admitted after the genesis: the proof of its admission.
    package static func admissionName(_ name: OrganisationName) -> String { "admitted-\(name).tlog-proof" }

    public let genesis: Genesis
    public let id: NetworkID
    /// Scheme, host and port of the server of every organisation that has none of its own.
    public let server: URL
    /// Who runs that server: it shows a certificate of this organisation's authority.
    let serverOperator: OrganisationName
    public let organisations: [Organisation]
    /// The keys that its checkpoints are signed with.
    public let checkpointKeys: CheckpointKeys
    /// The genesis file.
    public let genesisFile: [UInt8]
    /// The two files as they were read, for a home's own copy.
    package let files: [(name: String, bytes: [UInt8])]

    /// The network of a folder that `medseal network init` made, or of its `public` folder.
    ///
    /// `server` takes the place of the one in `network.json`. Throws `unavailable` when it cannot be read
    /// and `unverified` when anything differs from the genesis.
    public init(_ folder: Folder, server: String? = nil) throws(PartyError) {
        let folder = folder.has(Self.genesisName) ? folder : folder.folder("public")
        let (genesisBytes, fileBytes) = try PartyError.files {
            (try folder.read(Self.genesisName), try folder.read(Self.fileName))
        }
        let what = "the network in \(folder.path)"
        do {
            genesis = try Genesis.decode(genesisBytes)
        } catch {
            throw .unverified("the genesis of \(what) does not hold", cause: error)
        }
        id = Genesis.networkID(of: genesisBytes)
        guard let file = try? JSONDecoder().decode(File.self, from: Data(fileBytes)) else {
            throw .unverified("\(folder.file(Self.fileName)) is malformed")
        }
        self.server = try Self.address(server ?? file.server)
        var organisations = [Organisation]()
        for pinned in genesis.organisations {
            guard let named = file.organisations.first(where: { $0.name == pinned.name }) else {
                throw .unverified("\(what) does not describe \(pinned.name)")
            }
            organisations.append(try Organisation(named, pinned: pinned))
        }
        var files = [(Self.genesisName, genesisBytes), (Self.fileName, fileBytes)]
        for named in file.organisations where folder.has(Self.admissionName(named.name)) {
            let proof = try PartyError.files { try folder.read(Self.admissionName(named.name)) }
            let statement = try StatementProof(verifying: proof, genesis: genesisBytes).statement
            guard case .admit(let admit) = statement.assertion, admit.organisation.name == named.name else {
                throw .unverified("\(what): the proof of admission is not of \(named.name)")
            }
            organisations.append(try Organisation(named, pinned: admit.organisation))
            files.append((Self.admissionName(named.name), proof))
        }
        self.organisations = organisations
        serverOperator = file.serverOperator
        guard organisations.contains(where: { $0.name == file.serverOperator }) else {
            throw .unverified(
                "\(what): \(file.serverOperator), who is to run its server, takes no part in it")
        }
        do {
            checkpointKeys = try CheckpointKeys(genesis)
        } catch {
            throw .unverified("a key in the genesis of \(what) is no key", cause: error)
        }
        genesisFile = genesisBytes
        self.files = files
    }

    /// The organisation of that name. Throws `badInput`.
    public func organisation(_ name: OrganisationName) throws(PartyError) -> Organisation {
        guard let organisation = organisations.first(where: { $0.name == name }) else {
            let names = organisations.map(\.name.description).joined(separator: ", ")
            throw .badInput("the network has no organisation \(name); it has \(names)")
        }
        return organisation
    }

    /// The server of an organisation, or of people who belong to none.
    public func server(of name: OrganisationName?) -> URL {
        organisations.first { $0.name == name }?.server.flatMap { URL(string: $0) } ?? server
    }

    /// The authorities (DER) whose certificate the server at this address may show: those of the organisations that
    /// have it for their own, or else its operator's.
    package func authorities(ofServerAt authority: String) -> [[UInt8]] {
        let owners = organisations.filter { $0.server.flatMap { URL(string: $0) }?.authority == authority }
        return (owners.isEmpty ? organisations.filter { $0.name == serverOperator } : owners).map(\.authority)
    }

    /// Whether an organisation has a server of its own.
    package var hasSeveralServers: Bool { organisations.contains { $0.server != nil } }

    /// `network.json` with these as the organisations' own servers.
    package func file(servers: [OrganisationName: URL]) throws(PartyError) -> [UInt8] {
        do {
            var file = try JSON.decode(File.self, files[1].bytes)
            for index in file.organisations.indices {
                file.organisations[index].server = servers[file.organisations[index].name]?.absoluteString
            }
            return try JSON.pretty(file)
        } catch {
            throw .unverified("\(Self.fileName) is malformed", cause: error)
        }
    }

    /// Throws `badInput` unless `text` is scheme, host and port of an https server.
    package static func address(_ text: String) throws(PartyError) -> URL {
        guard let url = URL(string: text), url.scheme == "https", url.host() != nil,
            url.path().isEmpty || url.path() == "/"
        else { throw .badInput("\(text) is no address of an https server") }
        return url
    }

    /// What the party's logic has to know of it.
    public var known: KnownNetwork {
        KnownNetwork(genesis: genesis, id: id, organisations: organisations)
    }

    /// The organisations that keep records.
    public var custodians: [Organisation] { organisations.filter(\.kind.isCustodian) }

    /// Keeps a copy in `folder`.
    package func copy(to folder: Folder) throws(FileError) {
        try folder.make()
        for file in files { try folder.write(file.bytes, as: file.name, mode: 0o644) }
    }
}

extension NetworkOrganisation {
    /// `file` is held against the hashes in the genesis or the admission.
    package init(_ file: Network.File.Organisation, pinned: Genesis.Organisation) throws(PartyError) {
        guard let authority = try? PEM.decode(Array(file.authority.utf8), label: "CERTIFICATE") else {
            throw .unverified("the certificate authority of \(pinned.name) is malformed")
        }
        if let address = file.server { _ = try Network.address(address) }
        try self.init(
            authority: authority, recordsRecipient: file.recordsRecipient, deskRecipient: file.deskRecipient,
            server: file.server, pinned: pinned)
    }
}

extension OrganisationKind: CustomStringConvertible {
    /// The kinds by the names that people type.
    static let names: [(name: String, kind: OrganisationKind)] = [
        ("hospital", .hospital), ("insurer", .insurer), ("laboratory", .laboratory), ("auditor", .auditor),
        ("authority", .authority),
    ]

    public init?(name: String) {
        guard let kind = Self.names.first(where: { $0.name == name })?.kind else { return nil }
        self = kind
    }

    public var description: String { Self.names.first { $0.kind == self }?.name ?? "unknown" }
}

extension URL {
    /// Host and port, as a call to it names them.
    package var authority: String {
        let host = host(percentEncoded: false) ?? ""
        return (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }
}

public import Contract
public import Evidence
public import Files
import Foundation
import Identity
public import Primitives
public import Remote

/// Makes a network: genesis, organisations with their keys and authorities, the server's folder.
public struct NetworkFounding: Sendable {
    public let organisations: [(name: OrganisationName, kind: OrganisationKind)]
    /// The name or IPv4 address under which others reach the server; nil: only this machine does.
    public let host: String?
    public let port: UInt16
    public let quorum: Quorum
    public let timeStep: UInt64

    /// A minute: fine enough for every rule, too coarse to tell who came when.
    public static let usualTimeStep: UInt64 = 60

    /// A day more than nine years: within the authority's ten.
    static let serverCertificateSeconds: TimeInterval = 9 * 31_557_600

    /// Throws `badInput` unless there is at least one organisation, no two of one name, enough of them to meet
    /// the quorum, and a possible step of the ledger's times, in seconds.
    public init(
        organisations: [(name: OrganisationName, kind: OrganisationKind)], host: String? = nil, port: UInt16,
        quorum: Quorum = .none, timeStep: UInt64 = Self.usualTimeStep
    ) throws(PartyError) {
        guard !organisations.isEmpty, organisations.count <= Genesis.organisationsMax else {
            throw .badInput("a network has 1 to \(Genesis.organisationsMax) organisations")
        }
        guard Set(organisations.map(\.name)).count == organisations.count else {
            throw .badInput("two organisations have the same name")
        }
        guard quorum.isMet(by: organisations.map(\.kind)) else {
            throw .badInput("the quorum asks for more organisations than there are")
        }
        self.organisations = organisations
        self.host = host
        self.port = port
        guard (1...Genesis.timeStepMax).contains(timeStep) else {
            throw .badInput("the ledger's times go in steps of 1 to \(Genesis.timeStepMax) seconds")
        }
        self.quorum = quorum
        self.timeStep = timeStep
    }

    /// Makes the network in `folder`, which must not exist; every private key in it is sealed under
    /// `passphrase`.
    ///
    /// The folder appears when everything in it is durable. Throws `PartyError`.
    public func found(
        in folder: Folder, passphrase: SecretBytes, surroundings: Surroundings = .machine
    ) async throws {
        try folder.requireNew()
        try folder.parent.make()
        let draft = folder.parent.folder(".\(folder.name)-\(lowercaseHex(surroundings.random(4)))")
        try draft.make()
        do {
            try await write(to: draft, passphrase: passphrase, surroundings)
            try draft.rename(to: folder)
        } catch {
            folder.parent.remove(draft.name)
            throw error
        }
    }

    private func write(
        to folder: Folder, passphrase: SecretBytes, _ surroundings: Surroundings
    ) async throws {
        let (created, now) = (surroundings.now(), surroundings.date)
        let founders = try organisations.map { try Founder($0.name, $0.kind, now: now) }
        let ledgerKey = SigningKey.generate()
        let originText = "medseal/\(lowercaseHex(surroundings.random(4)))"
        guard let origin = OriginName(originText) else {
            preconditionFailure("an origin of allowed characters")
        }
        let genesis = Genesis(
            origin: origin, ledgerKey: ledgerKey.key, created: created - created % timeStep,
            organisations: founders.map(\.pinned), quorum: quorum, timeStep: timeStep)
        let server = try founders[0].authority.issueServer(
            reachedAs: host, now: now, notAfter: now.addingTimeInterval(Self.serverCertificateSeconds))

        let open = folder.folder("public")
        try open.make()
        try open.write(genesis.signed(by: founders.map(\.root)), as: Network.genesisName, mode: 0o644)
        let file = Network.File(
            server: "https://\(host ?? "127.0.0.1"):\(port)", serverOperator: founders[0].pinned.name,
            organisations: founders.map(\.described))
        try open.write(try JSON.pretty(file), as: Network.fileName, mode: 0o644)

        let serverFolder = folder.folder("server")
        try serverFolder.folder("ledger").make()
        try serverFolder.folder("ledger").write([], as: "NEW")
        try serverFolder.write(
            PEM.encode(server.certificate, label: "CERTIFICATE"), as: "tls.pem", mode: 0o644)
        // Sealing costs a second and much memory for each key: two at a time.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try serverFolder.write(
                    SealedPrivateKey.seal(pkcs8: ledgerKey.pkcs8, passphrase: passphrase),
                    as: "ledger.key.pem")
                try serverFolder.write(
                    SealedPrivateKey.seal(pkcs8: server.privateKey, passphrase: passphrase), as: "tls.key.pem"
                )
            }
            for (index, founder) in founders.enumerated() {
                if index > 0 { try await group.next() }
                group.addTask {
                    try founder.write(
                        to: folder.folder("organisations").folder(founder.name.description),
                        passphrase: passphrase)
                }
            }
            try await group.waitForAll()
        }
    }
}

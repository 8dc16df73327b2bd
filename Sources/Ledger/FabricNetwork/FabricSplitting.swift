public import Contract
public import Files
public import Foundation
import Glibc
import Identity
public import NetworkFolder
public import Primitives

/// Makes of a network's folder one for each organisation's own `medseald`, with that organisation's keys only
/// (docs/operate/fabric.md, "One process for each organisation").
public struct FabricSplitting: Sendable {
    /// Where each organisation's process will serve.
    public let servers: [OrganisationName: URL]
    private let home: Folder
    private let network: Network

    /// `home` is a folder with a Fabric network in it. Each organisation serves where `servers` says, or else on
    /// the host of the network's server: the first on its port, each next one on the next.
    ///
    /// Throws `badInput` when two serve at the same place, one is of another network, or there is no Fabric network.
    public init(home: Folder, servers named: [OrganisationName: String] = [:]) throws(PartyError) {
        network = try Network(home)
        self.home = home
        guard home.folder(FabricFounding.folderName).exists else {
            throw .badInput("\(home.path) has no Fabric network yet: medseald fabric init")
        }
        var servers = [OrganisationName: URL]()
        for (index, organisation) in network.genesis.organisations.enumerated() {
            let name = organisation.name
            if let address = named[name] {
                servers[name] = try Network.address(address)
            } else {
                servers[name] = try Self.server(network.server, portsOn: index)
            }
        }
        for name in named.keys where servers[name] == nil {
            throw .badInput("the network was founded without \(name)")
        }
        guard Set(servers.values).count == servers.count else {
            throw .badInput("two organisations would serve at the same address")
        }
        self.servers = servers
    }

    private static func server(_ server: URL, portsOn count: Int) throws(PartyError) -> URL {
        var parts = URLComponents(url: server, resolvingAgainstBaseURL: false)
        parts?.port = (server.port ?? 443) + count
        guard let url = parts?.url, (parts?.port ?? 0) <= UInt16.max else {
            throw .badInput("there are not enough ports after that of \(server)")
        }
        return url
    }

    /// Makes a folder for each organisation in `folder`, which must not exist and appears when all of them are
    /// durable. Nothing may run in the network's folder meanwhile: vaults and desks are copied as they are.
    ///
    /// `passphrase` opens the organisations' authorities, which issue the servers' certificates. Throws
    /// `PartyError`.
    public func split(into folder: Folder, passphrase: SecretBytes, now: Date = Date()) throws {
        try folder.requireNew()
        try folder.parent.make()
        let draft = folder.parent.folder(".\(folder.name)-\(lowercaseHex(Random.bytes(4)))")
        try draft.make()
        do {
            for (name, server) in servers {
                try write(name, server, to: draft.folder(name.description), passphrase: passphrase, now: now)
            }
            // Whole vaults may have been copied.
            sync()
            try draft.rename(to: folder)
        } catch {
            folder.parent.remove(draft.name)
            throw error
        }
    }

    private func write(
        _ name: OrganisationName, _ server: URL, to folder: Folder, passphrase: SecretBytes, now: Date
    ) throws {
        try copy("public", to: folder)
        try folder.folder("public").write(
            try network.file(servers: servers), as: Network.fileName, mode: 0o644)
        try copy("organisations/\(name)", to: folder)
        // How its gateway reaches the peers: its own key, and what is public of the others.
        for part in ["connection.json", "gateway"] { try copy("fabric/\(name)/\(part)", to: folder) }
        for other in servers.keys { try copy("fabric/\(other)/msp", to: folder) }
        try copy("server/ledger.key.pem", to: folder)
        let own = folder.folder("server")
        try own.folder("ledger").make()
        try own.folder("ledger").write([], as: "NEW")
        let authority = try network.authority(of: name, in: home, passphrase: passphrase)
        let certificate = try authority.issueServer(
            reachedAs: server.host(), now: now, notAfter: authority.notAfter)
        try own.write(
            PEM.encode(certificate.certificate, label: "CERTIFICATE"), as: "tls.pem", mode: 0o644)
        try own.write(
            SealedPrivateKey.seal(pkcs8: certificate.privateKey, passphrase: passphrase), as: "tls.key.pem")
    }

    /// Copies a file, or a folder with all that is in it, to the same path.
    private func copy(_ path: String, to folder: Folder) throws(PartyError) {
        try PartyError.files { try Folder(folder.file(path)).parent.make() }
        do {
            try FileManager.default.copyItem(atPath: home.file(path), toPath: folder.file(path))
        } catch {
            throw .unavailable("cannot copy \(home.file(path))", cause: error)
        }
    }
}

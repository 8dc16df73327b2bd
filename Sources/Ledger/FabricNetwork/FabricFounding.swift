import Contract
public import Files
public import Foundation
import Identity
public import NetworkFolder
public import Primitives

/// Makes everything that a Hyperledger Fabric network needs whose organisations are those of a MedSeal genesis: the
/// folder `fabric` in the network's (docs/operate/fabric.md).
public struct FabricFounding: Sendable {
    public static let folderName = "fabric"

    public let plan: FabricPlan
    /// The folder that will be made.
    public let folder: Folder
    private let home: Folder
    private let network: Network

    /// `home` is a folder that `medseal network init` made, with all the organisations' keys in it.
    ///
    /// Throws `badInput` when it has a Fabric network already, or none can be planned (see `FabricPlan`), and
    /// what `Network` throws.
    public init(
        home: Folder, ordererCount: Int = 1, basePort: UInt16 = FabricPlan.usualBasePort
    ) throws(PartyError) {
        network = try Network(home)
        plan = try FabricPlan(
            organisations: network.genesis.organisations.map { ($0.name, $0.kind) },
            ordererCount: ordererCount, basePort: basePort)
        self.home = home
        let folder = home.folder(Self.folderName)
        try PartyError.files { try folder.requireNew() }
        self.folder = folder
    }

    /// Makes the folder; it appears when everything in it is durable.
    ///
    /// `passphrase` opens the organisations' authorities, and the gateways' keys are sealed under it; the keys of
    /// Fabric's own programs are not sealed, for those open no other. Throws `PartyError`: `refused` for a wrong
    /// passphrase, `badInput` where an organisation's keys are not on this machine.
    public func found(passphrase: SecretBytes, now: Date = Date()) throws {
        let draft = home.folder(".\(Self.folderName)-\(lowercaseHex(Random.bytes(4)))")
        try draft.make()
        do {
            try write(to: draft, passphrase: passphrase, now: now)
            try draft.rename(to: folder)
        } catch {
            home.remove(draft.name)
            throw error
        }
    }

    private func write(to draft: Folder, passphrase: SecretBytes, now: Date) throws {
        for organisation in plan.organisations {
            let authority = try network.authority(
                of: organisation.name, in: home, passphrase: passphrase)
            guard now < authority.notAfter else {
                throw PartyError.refused("the certificate authority of \(organisation.name) has expired")
            }
            try FabricOrganisation(plan: plan, own: organisation, authority: authority, now: now)
                .write(to: draft.folder(organisation.name.description), passphrase: passphrase)
        }
        try ExternalBuilder.write(to: draft.folder("builder"))
        for (name, text) in [
            ("configtx.yaml", plan.channelConfiguration),
            ("endorsement-policy", "\(plan.endorsement)\n"),
            ("package-id", "\(ChaincodePackage.id)\n"),
            ("programs", plan.programs),
        ] {
            try draft.write(Array(text.utf8), as: name, mode: 0o644)
        }
        try draft.write(ChaincodePackage.bytes, as: "medseal.tgz", mode: 0o644)
    }
}

extension Network {
    /// An organisation's certificate authority, with its key from the network's folder.
    func authority(
        of name: OrganisationName, in home: Folder, passphrase: SecretBytes
    ) throws(PartyError) -> CertificateAuthority {
        let folder = home.folder("organisations").folder(name.description)
        guard folder.has("authority.key.pem") else {
            throw .badInput("the keys of \(name) are not here: \(folder.file("authority.key.pem"))")
        }
        let sealed = try PartyError.files { try folder.read("authority.key.pem") }
        let key: SecretBytes
        do {
            key = try SealedPrivateKey.open(pem: sealed, passphrase: passphrase)
        } catch {
            switch error {
            case .wrongPassphrase:
                throw .refused("the passphrase does not open the certificate authority of \(name)")
            case .malformed: throw .unverified("the certificate authority's key of \(name) is damaged")
            }
        }
        do {
            return try CertificateAuthority(
                certificate: try organisation(name).authority, privateKey: key)
        } catch let failure as PartyError {
            throw failure
        } catch {
            throw .unverified("the certificate authority's key of \(name) is not its own", cause: error)
        }
    }
}

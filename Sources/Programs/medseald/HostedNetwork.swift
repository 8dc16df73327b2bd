import API
import Contract
import Desk
import FabricChannel
import FabricLedger
import Files
import Foundation
import Identity
import Ledger
import Logging
import NIOCore
import Primitives
import Records
import SQLiteLedger
import Server
import Vault

/// What `medseald run` serves: the ledger, and vault and desk of every organisation that has a folder in the
/// network's.
///
/// The folders are those of docs/reference/format.md, "Folders"; of the keys only the ledger's and the TLS key are
/// opened.
struct HostedNetwork {
    let listener: Listener
    /// The host in the network's address.
    private let host: String
    /// What was answered before.
    private let seen: SeenRequests
    private let ledger: any ConsentLedger
    /// The same, where Fabric orders.
    private let fabric: FabricLedger?
    private let custodians: [OrganisationName: Custodian]
    private let described: [Wire.Organisation]
    /// How many ciphertexts were there that the ledger says are gone.
    private let erasedAgain: Int
    /// The folders on the disks that may become full.
    private let disks: [Ballast]

    /// `profile` is the connection profile of the Fabric network that orders the statements; nil: this process
    /// does.
    init(
        directory: String, passphrase: SecretBytes, listen: String?, port: Int?, profile: String?,
        vaults: VaultOptions
    ) async throws {
        let folder = URL(fileURLWithPath: directory, isDirectory: true)
        if Ballast(folder: folder.appending(path: "server")).prepare() {
            say("the disk is full: what is here is served, nothing more is taken until there is room")
        }
        disks = ["server", "organisations"].map { Ballast(folder: folder.appending(path: $0)) }
        func bytes(_ path: String) throws -> [UInt8] {
            do {
                return [UInt8](try Data(contentsOf: folder.appending(path: path)))
            } catch {
                throw StartError(
                    "cannot read \(path): name a network's folder (`medseal network init` makes one), and see that you may read it"
                )
            }
        }
        let genesisFile = try bytes("public/genesis.cbor")
        let genesis = try Self.genesis(genesisFile)
        guard
            let description = try? JSONDecoder().decode(
                NetworkDescription.self, from: Data(try bytes("public/network.json")))
        else { throw StartError("public/network.json is damaged: put it back from another copy of public") }
        let address = try Self.address(in: folder, description)
        guard let server = URLComponents(string: address), let host = server.host, server.scheme == "https"
        else {
            throw StartError(
                "public/network.json names no https server: put it back from another copy of public")
        }

        let ledgerKey = try ServiceKey.open(
            "server/ledger.key.pem", try bytes("server/ledger.key.pem"), passphrase)
        guard let key = SigningKey(pkcs8: ledgerKey) else {
            throw StartError("server/ledger.key.pem is not an Ed25519 key: put it back from the backup")
        }
        self.host = host
        let tlsKey = try ServiceKey.open("server/tls.key.pem", try bytes("server/tls.key.pem"), passphrase)
        listener = try Listener(
            host: listen ?? host, port: port ?? server.port ?? 443, certificates: try bytes("server/tls.pem"),
            privateKey: tlsKey)

        seen = SeenRequests(in: Folder(folder.appending(path: "server").path), at: systemClock())

        let ledgerFolder = folder.appending(path: "server/ledger").path
        // The ledger is made once, where `network init` left its mark. One that is gone is an error, not a
        // new ledger.
        let mark = ledgerFolder + "/NEW"
        // A copy of what is on Fabric is made again from its blocks.
        if profile != nil, !FileManager.default.fileExists(atPath: ledgerFolder + "/ledger.sqlite") {
            try EmbeddedLedger.create(at: ledgerFolder, genesis: genesisFile)
        }
        if FileManager.default.fileExists(atPath: mark) {
            do {
                try EmbeddedLedger.create(at: ledgerFolder, genesis: genesisFile)
            } catch {
                // Fine where the last start was cut off after making it and before removing the mark.
                guard error == .exists else { throw error }
            }
            try FileManager.default.removeItem(atPath: mark)
        }
        let embedded = try EmbeddedLedger(
            directory: ledgerFolder, genesis: genesisFile, key: key)
        if let profile {
            fabric = try Self.fabric(profile, copy: embedded, passphrase)
        } else {
            guard try embedded.followed() == nil else {
                throw StartError("this ledger is a copy of one on Fabric: start with --ledger fabric")
            }
            fabric = nil
        }
        let ledger: any ConsentLedger = fabric ?? embedded
        self.ledger = ledger

        var custodians = [OrganisationName: Custodian]()
        var organisations = description.organisations
        for name in try Self.organisations(in: folder, genesis, ledger) {
            let home = folder.appending(path: "organisations/\(name)")
            if !organisations.contains(where: { $0.name == name }) {
                organisations.append(try Self.application(in: home))
            }
            let desk = home.appending(path: "desk")
            try FileManager.default.createDirectory(
                at: desk, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            custodians[name] = Custodian(
                name: name,
                vault: try await vaults.open(of: name, home: Folder(home.path), origin: "\(genesis.origin)"),
                desk: try DeskStore(directory: desk.path))
        }
        self.custodians = custodians
        described = organisations
        // Before anything is served: a vault may have been put back from a backup.
        erasedAgain = try await RecordKeeping(ledger: ledger, custodians: custodians).reapplyErasures()
    }

    /// Where the organisations that have a folder here are reached, which must be one and the same server.
    private static func address(in folder: URL, _ network: NetworkDescription) throws -> String {
        let names = folders(in: folder)
        let addresses = Set(
            network.organisations.filter { names.contains($0.name) }.map { $0.server ?? network.server })
        guard addresses.count <= 1 else {
            throw StartError(
                "the organisations of this folder have servers of their own: start each in its own folder")
        }
        return addresses.first ?? network.server
    }

    private static func folders(in folder: URL) -> [OrganisationName] {
        let path = folder.appending(path: "organisations").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().compactMap { OrganisationName($0) }
    }

    private static func fabric(
        _ profile: String, copy: EmbeddedLedger, _ passphrase: SecretBytes
    ) throws -> FabricLedger {
        // A ledger of its own that has entries would have two orders.
        if try copy.followed() == nil, try !copy.entries(from: 0, limit: 1).isEmpty {
            throw StartError(
                "this ledger has statements of its own: move them (medseald fabric import) into a new network folder's"
            )
        }
        let profile = try ConnectionProfile(file: URL(fileURLWithPath: profile))
        let identity = try FabricIdentity(profile, passphrase: passphrase)
        return FabricLedger(copy: copy, gateway: try Gateway(profile, as: identity)) { say($0) }
    }

    /// Runs `body` once the ledger can take statements, with whatever it needs beside.
    func running(_ body: @escaping @Sendable () async throws -> Void) async throws {
        guard let fabric else { return try await body() }
        let records = RecordKeeping(ledger: fabric, custodians: custodians)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await fabric.run() }
            group.addTask {
                try await fabric.begin()
                // What the copy has learned since it opened may say that ciphertext of these vaults is gone.
                _ = try await records.reapplyErasures()
                try await body()
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// What the people who run it must know of the state of vaults and ledger; nil when there is nothing.
    var trouble: String? {
        if erasedAgain > 0 {
            return "erased \(erasedAgain) ciphertexts again that the ledger says are gone: "
                + "was a vault put back from a backup?"
        }
        return switch ledger.state {
        case .readOnly(.awaitingValidators):
            "the ledger takes statements once enough validators run; each organisation starts its own: medseald validate NETWORK --organisation NAME"
        case .readOnly(let reason): "THE LEDGER IS READ-ONLY: \(reason)"
        default: nil
        }
    }

    /// Removes what no statement names, and what belonged to revoked grants, from the vaults, once a day while the ledger is whole and confirmed,
    /// until the task is cancelled.
    func collect(_ say: @Sendable (String) -> Void) async {
        let records = RecordKeeping(ledger: ledger, custodians: custodians)
        var pause = Duration.seconds(0)
        while (try? await Task.sleep(for: pause)) != nil {
            guard ledger.state == .healthy else {
                pause = .seconds(600)
                continue
            }
            do {
                let removed = try await records.collectUnnamed(now: UInt64(Date().timeIntervalSince1970))
                if removed > 0 { say("removed \(removed) ciphertexts of no statement or of revoked grants") }
            } catch { say("cannot look for ciphertexts that no statement names: \(StartError(error))") }
            pause = .seconds(86_400)
        }
    }

    /// Looks once a day, while the ledger is whole and confirmed, at what the vaults must have, mends it where there is a second
    /// copy, and tells; until the task is cancelled. While a second copy lags behind it does so every ten minutes.
    func scrub(_ say: @Sendable (String) -> Void) async {
        let records = RecordKeeping(ledger: ledger, custodians: custodians)
        // What came while a second copy was away is made up for at once.
        var pause = Duration.seconds(custodians.values.contains { $0.vault is MirroredVault } ? 0 : 600)
        while (try? await Task.sleep(for: pause)) != nil {
            pause = .seconds(600)
            guard ledger.state == .healthy else { continue }
            for custodian in custodians.values {
                guard let lag = (custodian.vault as? MirroredVault)?.lag else { continue }
                say("THE SECOND COPY of \(custodian.name) is behind: \(lag)")
            }
            do {
                let scrub = try await records.scrub(day: UInt64(Date().timeIntervalSince1970) / 86_400)
                if scrub.copiedCount > 0 {
                    say("scrub: \(scrub.copiedCount) blobs that the second copy lacked are in it now")
                }
                for blob in scrub.restored { say("scrub: RESTORED from the second copy: \(blob.text)") }
                for blob in scrub.lost {
                    say(
                        "scrub: LOST OR DAMAGED: \(blob.text); deposit it again, or put the vault's backup in place"
                    )
                }
                say("scrub: \(scrub.blobCount) blobs of \(scrub.recordCount) records looked at")
                pause = .seconds(86_400)
            } catch { say("cannot scrub now, tries again in ten minutes: \(StartError(error))") }
        }
    }

    /// Tells, until the task is cancelled, when the ledger's time runs ahead of this machine's clock: statements then end
    /// sooner than their signers meant. No call is refused for it.
    func watchClock(_ say: @Sendable (String) -> Void) async {
        var told = false
        while (try? await Task.sleep(for: .seconds(60))) != nil {
            let (time, now) = (ledger.now(), systemClock())
            let isAhead = time > now && time - now > Self.leadSecondsMax
            if isAhead, !told {
                say(
                    "THE LEDGER'S TIME IS \(time - now) SECONDS AHEAD of this machine's clock: is the clock right on the machine that orders?"
                )
            }
            told = isAhead
        }
    }

    /// Tells, each day until the task is cancelled, that the server's certificate ends within 30 days or has ended.
    func watchCertificate(_ say: @Sendable (String) -> Void) async {
        repeat {
            let end = listener.certificateEnd
            guard systemClock() + 30 * 86_400 >= end else { continue }
            say(
                "THE CERTIFICATE IN server/tls.pem ENDS ON \(Date(timeIntervalSince1970: TimeInterval(end)).formatted(.iso8601)): have the organisation's authority issue the next, or no caller believes this server any more"
            )
        } while (try? await Task.sleep(for: .seconds(86_400))) != nil
    }

    /// What clocks of different machines may differ by.
    private static let leadSecondsMax: UInt64 = 120

    /// Moves ciphertext to where `--vault` says, while all is served, until nothing is left to be moved.
    func move(_ say: @Sendable (String) -> Void) async {
        let records = RecordKeeping(ledger: ledger, custodians: custodians)
        repeat {
            do {
                let move = try await records.move { move in
                    say(
                        "moving: \(move.blobCount) blobs (\(move.byteCount) bytes) of \(move.recordCount) records so far"
                    )
                }
                guard let move else { return }
                say(
                    "moved \(move.blobCount) blobs (\(move.byteCount) bytes) of \(move.recordCount) records: each was read back "
                        + "at the new place, has its digest, and is gone from the old one")
                for blob in move.damaged {
                    say("DAMAGED, left where it was: \(blob.text)")
                }
                if move.damaged.isEmpty { say("all has moved: start without --moving-from from now on") }
                return
            } catch { say("cannot move ciphertext now, tries again in ten minutes: \(StartError(error))") }
        } while (try? await Task.sleep(for: .seconds(600))) != nil
    }

    var organisations: String { custodians.keys.map(\.description).sorted().joined(separator: ", ") }

    func server(
        limits: MemberLimits, callsPerSecond: Int, connections: ConnectionLimits, logger: Logger
    ) -> APIServer {
        let port = listener.port
        return APIServer(
            records: RecordKeeping(ledger: ledger, custodians: custodians, limits: limits),
            authorities: Set(["localhost", "127.0.0.1", "[::1]", host].map { "\($0):\(port)" }),
            organisations: described, callsPerSecond: callsPerSecond, connections: connections, seen: seen,
            isFull: { [disks] in disks.contains { $0.isFull } },
            logger: logger)
    }

    func close() {
        ledger.close()
        for custodian in custodians.values { try? custodian.desk.close() }
    }

    /// The organisations that have a folder here and take part: those of the genesis, and those that were
    /// admitted since.
    private static func organisations(
        in folder: URL, _ genesis: Genesis, _ ledger: any ConsentLedger
    ) throws -> [OrganisationName] {
        try folders(in: folder).filter { name in
            try genesis.organisations.contains { $0.name == name }
                || ledger.value(of: .organisation(name)) != nil
        }
    }

    /// What an admitted organisation says of itself. Clients hold it against its admission.
    private static func application(in home: URL) throws -> Wire.Organisation {
        let file = home.appending(path: "application.json")
        guard let bytes = try? Data(contentsOf: file),
            let application = try? JSONDecoder().decode(ApplicationFile.self, from: bytes)
        else { throw StartError("\(file.path) is missing or damaged: put it back from the backup") }
        return application.description
    }

    private static func genesis(_ file: [UInt8]) throws -> Genesis {
        do {
            return try Genesis.decode(file)
        } catch {
            throw StartError(
                "public/genesis.cbor is not a genesis (\(error.reason)): put it back from another copy of public"
            )
        }
    }
}

/// The part of public/network.json that a server needs.
private struct NetworkDescription: Decodable {
    /// Of every organisation that has none of its own.
    let server: String
    let organisations: [Wire.Organisation]
}

/// The part of organisations/NAME/application.json that a server needs.
private struct ApplicationFile: Decodable {
    let description: Wire.Organisation
}

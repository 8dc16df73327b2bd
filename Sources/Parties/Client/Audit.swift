import API
public import Contract
import Foundation
import Identity
import Primitives
public import Remote
import TransparencyLog

/// An audit: the log executed again from genesis, what the server says held against it, and the vaults
/// against the ledger.
///
/// It needs no key that opens anything: the auditor's own signing key, the genesis, and nothing else.
public struct Audit: Sendable {
    /// One thing that does not hold.
    public struct Finding: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, Sendable {
            /// The log, its checkpoint or the state differ from what executing it again gives.
            case ledger
            /// The ledger names it and the vault has it not.
            case missing
            /// The vault has it with other bytes than its name says.
            case damaged
            /// The vault has it although its organisation has attested that it is gone.
            case notErased
            /// An organisation's certificate revocation list has expired.
            case revocationList
            /// A name in the vault's folder that is no digest.
            case unknown
        }
        public let kind: Kind
        /// Where: an entry's position, a state key, or an organisation's vault.
        public let place: String
        /// A handle or hash, lowercase hexadecimal, where one is concerned.
        public let subject: String?
        public let problem: String
    }

    public struct Report: Codable, Sendable {
        public var entries: UInt64 = 0
        public var root = ""
        public var stateDigest = ""
        public var records = 0
        /// Blobs whose bytes were hashed and have the digest that the ledger names, by vault.
        public var soundBlobs: [String: Int] = [:]
        /// Blobs that no record names: left by a deposit that was cut off; scrub collects them. By vault.
        public var unreferencedBlobs: [String: Int] = [:]
        public var findings: [Finding] = []
        public var holds: Bool { findings.isEmpty }
    }

    private let connection: Connection
    private let remembered: RememberedCheckpoint
    /// Vault folders on this machine, whose files the auditor hashes itself.
    private let folders: [OrganisationName: Folder]
    private let vaults: [OrganisationName]

    /// `vaults` are those that the caller may ask for; `folders` those of them that it reads itself. `home`
    /// keeps the newest checkpoint seen.
    public init(
        _ connection: Connection, home: Folder, vaults: [OrganisationName],
        folders: [OrganisationName: Folder] = [:]
    ) {
        self.connection = connection
        self.remembered = RememberedCheckpoint(folder: home)
        self.vaults = vaults
        self.folders = folders
    }

    /// Runs it. Throws where server or disk are out of reach; whatever does not hold is a finding.
    public func run(progress: (UInt64) -> Void = { _ in }) async throws -> Report {
        var report = Report()
        let found = await finding(in: "checkpoint") {
            let checkpoint = try await remembered.advance(connection).checkpoint
            report.root = lowercaseHex(checkpoint.head.root)
            var replay = Replay(genesis: connection.network.genesis, network: connection.network.id)
            replay.reserve(entries: checkpoint.head.size)
            var holdings = Holdings(of: vaults)
            report.findings += try await finding(in: "log") {
                try await execute(&replay, &holdings, to: checkpoint.head, progress: progress)
            }.get()
            report.entries = replay.size
            report.stateDigest = replay.stateDigest.hex
            report.records = holdings.records
            report.findings += try await finding(in: "state") { try await compareState(replay, &report) }
                .get()
            report.findings += try await finding(in: "revocation lists") {
                try await auditLists(under: remembered.advance(connection), &report)
            }.get()
            for problem in try await connection.examination() {
                report.findings.append(
                    Finding(kind: .ledger, place: "as its server examined it", subject: nil, problem: problem)
                )
            }
            for name in vaults.sorted(by: { $0.description < $1.description }) {
                try await auditVault(
                    of: name, expecting: holdings.kept(by: name), erased: holdings.erased(by: name), &report)
            }
        }
        report.findings += try found.get()
        return report
    }

    /// What does not hold while `body` runs, as a finding: what it cannot verify, and what the server says of
    /// its own damage. Fails where server or disk are out of reach.
    private func finding(
        in place: String, _ body: () async throws -> Void
    ) async -> Result<[Finding], any Error> {
        func one(_ place: String, _ problem: String) -> Result<[Finding], any Error> {
            .success([Finding(kind: .ledger, place: place, subject: nil, problem: problem)])
        }
        do {
            try await body()
            return .success([])
        } catch let fault as Replay.Fault {
            return one("entry \(fault.position)", fault.reason)
        } catch let failure as ClientFailure where failure.code == .unverified {
            return one(place, failure.message)
        } catch let problem as Problem where [.storage, .readOnly].contains(problem.type) {
            return one(place, "its server says: \(problem.detail)")
        } catch {
            return .failure(error)
        }
    }

    /// Executes every entry that the checkpoint commits to, and holds their root against it. While one page is
    /// executed, the next one is on its way and its signatures are checked.
    private func execute(
        _ replay: inout Replay, _ holdings: inout Holdings, to head: TreeHead, progress: (UInt64) -> Void
    ) async throws {
        var tree = MerkleTree()
        var page = try await page(from: 0, to: head)
        while !page.isEmpty {
            let next = replay.size + UInt64(page.count)
            async let following = self.page(from: next, to: head)
            try EntryOpening.ahead(of: page, by: Self.chunkEntries, network: replay.network) {
                leaf, opened in
                let (_, statement) = try replay.apply(opened)
                _ = tree.append([Merkle.leafHash(leaf)])
                holdings.note(statement)
            }
            progress(replay.size)
            page = try await following
        }
        guard tree.head == head else {
            throw ClientFailure.unverified("the entries have another Merkle root than the checkpoint signs")
        }
        guard replay.time <= machineTime() + Self.clockToleranceSeconds else {
            throw ClientFailure.unverified(
                "the ledger's time is ahead of this machine's clock: entry \(replay.size - 1) says \(replay.time)"
            )
        }
    }

    private static let pageEntries = 1_024
    private static let chunkEntries = 128
    private static let clockToleranceSeconds: UInt64 = 300

    /// The entries from `position` on, at most a page; none at the end of the log of `head`.
    private func page(from position: UInt64, to head: TreeHead) async throws -> [[UInt8]] {
        guard position < head.size else { return [] }
        let limit = min(head.size - position, UInt64(Self.pageEntries))
        let page = try await connection.leaves(from: position, limit: Int(limit))
        guard !page.isEmpty else {
            throw ClientFailure.unverified(
                "the log ends at \(position); the checkpoint commits to \(head.size)")
        }
        return Array(page.prefix(Int(limit)))
    }

    /// Every value of the state that the execution gave, as the server tells it.
    private func compareState(_ replay: Replay, _ report: inout Report) async throws {
        // Entries that came after the checkpoint may have changed the state meanwhile: only a log that stood
        // still is compared.
        let keys = replay.state.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        let told = try await connection.state(keys)
        guard try await connection.checkpoint().checkpoint.head.size == replay.size else { return }
        for key in keys where told[key] != replay.state[key] {
            report.findings.append(
                Finding(
                    kind: .ledger, place: "state", subject: lowercaseHex(key.bytes),
                    problem: "the server tells another value than executing the log gives"))
        }
    }

    /// The revocation list of every organisation that has published one: signed by its authority, not older
    /// than what was seen before, and in force.
    private func auditLists(under checkpoint: VerifiedCheckpoint, _ report: inout Report) async throws {
        for organisation in try await connection.governance(under: checkpoint).organisations {
            let authority = try await connection.authority(of: organisation)
            let list = try await connection.revocationList(of: organisation.name, under: authority)
            guard let list, list.nextUpdate <= Date() else { continue }
            report.findings.append(
                Finding(
                    kind: .revocationList, place: "revocation list \(list.number) of \(organisation.name)",
                    subject: nil, problem: "it has expired: its members are not believed any more"))
        }
    }

    private func auditVault(
        of name: OrganisationName, expecting: Set<Digest>, erased: Set<Digest>, _ report: inout Report
    ) async throws {
        let inventory: Wire.Inventory
        if let folder = folders[name] {
            inventory = try VaultFolder(folder).inventory()
        } else {
            inventory = try await connection.inventory(of: name)
        }
        let place = "vault of \(name)"
        let present = Set(inventory.blobs.map(\.digest))
        for digest in expecting.subtracting(present).sorted(by: { $0.hex < $1.hex }) {
            report.findings.append(
                Finding(kind: .missing, place: place, subject: digest.hex, problem: "the ledger names it"))
        }
        for digest in erased.intersection(present).sorted(by: { $0.hex < $1.hex }) {
            report.findings.append(
                Finding(
                    kind: .notErased, place: place, subject: digest.hex,
                    problem: "\(name) has attested that it is gone"))
        }
        for blob in inventory.blobs where !blob.intact {
            report.findings.append(
                Finding(
                    kind: .damaged, place: place, subject: blob.digest.hex,
                    problem: "its \(blob.byteCount) bytes have another SHA-256"))
        }
        for foreign in inventory.foreign {
            report.findings.append(
                Finding(
                    kind: .unknown, place: place, subject: nil,
                    problem: "\(SafeText.escaped(foreign)) is no ciphertext's name"))
        }
        let sound = inventory.blobs.filter(\.intact).map(\.digest)
        report.soundBlobs[name.description] = sound.count { expecting.contains($0) }
        report.unreferencedBlobs[name.description] = sound.count { !expecting.contains($0) }
    }
}

/// What each organisation must hold, and must not hold any more, as the log says.
private struct Holdings {
    private let names: [OrganisationName]
    private(set) var records = 0
    private var holdings: [RecordHandle: [Holding]] = [:]

    init(of names: [OrganisationName]) { self.names = names }

    mutating func note(_ statement: VerifiedStatement) {
        guard let record = statement.assertion.record else { return }
        if case .deposit = statement.assertion {
            records += 1
            holdings[record] = names.map { Holding(organisation: $0, record: record) }
        }
        for index in names.indices { holdings[record]?[index].note(statement) }
    }

    func kept(by name: OrganisationName) -> Set<Digest> { all(of: name, \.kept) }

    func erased(by name: OrganisationName) -> Set<Digest> { all(of: name, \.erased) }

    private func all(of name: OrganisationName, _ digests: (Holding) -> [Digest]) -> Set<Digest> {
        guard let index = names.firstIndex(of: name) else { return [] }
        return Set(holdings.values.flatMap { digests($0[index]) })
    }
}

/// A vault's folder on this machine, read by the auditor itself: `blobs/ab/<64 hexadecimal digits>`.
private struct VaultFolder {
    let folder: Folder

    init(_ folder: Folder) { self.folder = folder }

    func inventory() throws -> Wire.Inventory {
        var inventory = Wire.Inventory(blobs: [], foreign: [], next: nil)
        let blobs = folder.file("blobs")
        let files = FileManager.default
        guard files.fileExists(atPath: folder.path) else {
            throw ClientFailure.unreachable("there is no vault at \(folder.path)")
        }
        guard files.fileExists(atPath: blobs) else { return inventory }
        for shard in try files.contentsOfDirectory(atPath: blobs).sorted() {
            for name in try files.contentsOfDirectory(atPath: "\(blobs)/\(shard)").sorted() {
                guard let digest = Digest(hex: name), name.hasPrefix(shard), shard.utf8.count == 2 else {
                    inventory.foreign.append("\(shard)/\(name)")
                    continue
                }
                let (byteCount, found) = try hash("\(blobs)/\(shard)/\(name)")
                inventory.blobs.append(
                    .init(digest: digest, byteCount: byteCount, intact: found == digest.bytes))
            }
        }
        return inventory
    }

    private func hash(_ path: String) throws -> (byteCount: Int, digest: [UInt8]) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ClientFailure.unreachable("cannot read \(path)")
        }
        defer { try? file.close() }
        var hash = SHA256()
        var byteCount = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { hash.update($0) }
            byteCount += piece.count
        }
        return (byteCount, hash.finish())
    }
}

extension Connection {
    /// What the server found when it examined its own ledger, as sentences.
    func examination() async throws -> [String] {
        let answer: Wire.Examination = try await call(.get, Routes.examination)
        return answer.findings
    }

    /// What an organisation's vault holds, each blob hashed again by its server.
    func inventory(of name: OrganisationName) async throws -> Wire.Inventory {
        var all = Wire.Inventory(blobs: [], foreign: [], next: nil)
        var query = [(String, String)]()
        while true {
            let page: Wire.Inventory = try await call(.get, Routes.Organisation(name).inventory, query: query)
            all.blobs += page.blobs
            all.foreign += page.foreign
            guard let next = page.next else { return all }
            guard page.blobs.last?.digest == next else {
                throw ClientFailure.unverified("the server's inventory goes in circles")
            }
            query = [("after", next.hex)]
        }
    }
}

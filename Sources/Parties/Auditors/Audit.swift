import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Manifests
import Primitives
import Remote
import Sealing
import TransparencyLog

extension Auditor {
    /// Audits: executes the log again from genesis, holds what the server says against it, and the vaults against
    /// the ledger.
    ///
    /// Asks for the vaults that this member may ask for: an auditor for all, others for their own organisation's.
    /// `vaults` are those that the caller reads itself. Throws when server or disk are out of reach; what does not
    /// hold is a finding.
    public func audit(
        reading vaults: [OrganisationName: VaultInventory] = [:], progress: (UInt64) -> Void = { _ in }
    ) async throws -> AuditReport {
        var inventories = vaults
        for name in vaultsToAskFor where inventories[name] == nil {
            inventories[name] = connection.inventory(of: name)
        }
        return try await Audit(connection, remembered: remembered, vaults: inventories).run(
            progress: progress)
    }

    private var vaultsToAskFor: [OrganisationName] {
        if member.home.role == .auditor, member.organisation.kind == .auditor {
            return member.network.custodians.map(\.name)
        }
        return member.organisation.kind.isCustodian ? [member.organisation.name] : []
    }
}

/// One run of an audit.
private struct Audit {
    private typealias Finding = AuditReport.Finding

    private let connection: Connection
    private let remembered: RememberedCheckpoint
    private let vaults: [OrganisationName: VaultInventory]

    init(
        _ connection: Connection, remembered: RememberedCheckpoint,
        vaults: [OrganisationName: VaultInventory]
    ) {
        self.connection = connection
        self.remembered = remembered
        self.vaults = vaults
    }

    func run(progress: (UInt64) -> Void) async throws -> AuditReport {
        var report = AuditReport()
        let found = await finding(in: "checkpoint") {
            let checkpoint = try await remembered.advance(connection).checkpoint
            report.root = lowercaseHex(checkpoint.head.root)
            var replay = Replay(genesis: connection.network.genesis, network: connection.network.id)
            replay.reserve(entries: checkpoint.head.size)
            var retentions = Retentions(of: Array(vaults.keys))
            var digests = NamedDigests()
            report.findings += try await finding(in: "log") {
                try await execute(
                    &replay, &retentions, &digests, to: checkpoint.head, progress: progress)
            }.get()
            report.entries = replay.size
            report.stateDigest = replay.stateDigest.hex
            report.records = retentions.records
            report.digests = digests.count
            report.findings += digests.shared.sorted { $0.digest < $1.digest }.map {
                Finding(
                    kind: .shared, place: "log", subject: $0.digest.hex,
                    problem: "records \($0.first) and \($0.second) both name it")
            }
            report.findings += try await finding(in: "state") { try await compareState(replay, &report) }
                .get()
            report.findings += try await finding(in: "revocation lists") {
                let governance = try await connection.governance(under: remembered.advance(connection))
                tellWhatIsLeftOut(of: governance, &report)
                try await auditLists(of: governance, &report)
            }.get()
            for problem in try await connection.examination() {
                report.findings.append(
                    Finding(kind: .ledger, place: "as its server examined it", subject: nil, problem: problem)
                )
            }
            for (name, inventory) in vaults.sorted(by: { $0.key.description < $1.key.description }) {
                try await auditVault(
                    of: name, inventory, expecting: retentions.kept(by: name),
                    erased: retentions.erased(by: name), roots: retentions.roots, &report)
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
        } catch let fault as ReplayError {
            return one("entry \(fault.position)", fault.reason)
        } catch let failure as PartyError where failure.code == .unverified {
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
        _ replay: inout Replay, _ retentions: inout Retentions, _ digests: inout NamedDigests,
        to head: TreeHead, progress: (UInt64) -> Void
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
                retentions.note(statement)
                digests.note(statement.assertion)
            }
            progress(replay.size)
            page = try await following
        }
        guard tree.head == head else {
            throw PartyError.unverified("the entries have another Merkle root than the checkpoint signs")
        }
        guard replay.time <= connection.surroundings.now() + Self.clockToleranceSeconds else {
            throw PartyError.unverified(
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
            throw PartyError.unverified(
                "the log ends at \(position); the checkpoint commits to \(head.size)")
        }
        return Array(page.prefix(Int(limit)))
    }

    /// Every value of the state that the execution gave, as the server tells it.
    private func compareState(_ replay: Replay, _ report: inout AuditReport) async throws {
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

    /// Vaults that are not looked at: because the home does not know the organisation, which is a finding, or because
    /// this member may not ask.
    private func tellWhatIsLeftOut(of governance: Governance, _ report: inout AuditReport) {
        let known = Set(connection.network.organisations.map(\.name))
        for organisation in governance.organisations where vaults[organisation.name] == nil {
            if !known.contains(organisation.name) {
                report.findings.append(
                    Finding(
                        kind: .unknownOrganisation, place: "organisation \(organisation.name)", subject: nil,
                        problem:
                            "it was admitted, and this home does not know it, so nothing of it was looked at: run medseal network update, then audit again"
                    ))
            } else if organisation.pinned.kind.isCustodian {
                report.vaultsNotAsked.append(organisation.name)
            }
        }
    }

    /// The revocation list of every organisation that has published one: signed by its authority, not older
    /// than what was seen before, and in force.
    private func auditLists(of governance: Governance, _ report: inout AuditReport) async throws {
        for organisation in governance.organisations {
            let authority = try await connection.authority(of: organisation)
            let list = try await connection.revocationList(of: organisation.name, under: authority)
            guard let list, list.nextUpdate <= connection.surroundings.date else { continue }
            report.findings.append(
                Finding(
                    kind: .revocationList, place: "revocation list \(list.number) of \(organisation.name)",
                    subject: nil, problem: "it has expired: its members are not believed any more"))
        }
    }

    private func auditVault(
        of name: OrganisationName, _ inventory: VaultInventory, expecting named: Set<BlobAddress>,
        erased ended: Set<BlobAddress>, roots: [Digest: Digest], _ report: inout AuditReport
    ) async throws {
        let place = "vault of \(name)"
        let manifests = VaultManifests(inventory, roots: roots)
        let expecting = named.union(try await manifests.files(named, place, &report.findings))
        // A manifest that is still there tells what else ought to be gone with it.
        var left = [Finding]()
        let erased = ended.union(try await manifests.files(ended, place, &left)).subtracting(expecting)
        var missing = expecting
        var notErased = Set<BlobAddress>()
        var foreign = Set<String>()
        var damaged = [Finding]()
        var (sound, unreferenced) = (0, 0)
        try await inventory.forEachPage { page in
            for blob in page.blobs {
                try Task.checkCancellation()
                missing.remove(blob.address)
                if erased.contains(blob.address) { notErased.insert(blob.address) }
                if !blob.isIntact {
                    damaged.append(
                        Finding(
                            kind: .damaged, place: place, subject: blob.address.text,
                            problem: "its \(blob.byteCount) bytes have another SHA-256"))
                } else if expecting.contains(blob.address) {
                    sound += 1
                } else {
                    unreferenced += 1
                }
            }
            foreign.formUnion(page.foreign)
        }
        report.findings += missing.sorted().map {
            Finding(kind: .missing, place: place, subject: $0.text, problem: "the ledger names it")
        }
        report.findings += notErased.sorted().map {
            Finding(
                kind: .notErased, place: place, subject: $0.text,
                problem: "\(name) has attested that it is gone")
        }
        report.findings += damaged + Self.shared(expecting, place)
        report.findings += foreign.sorted().map {
            Finding(
                kind: .unknown, place: place, subject: nil,
                problem: "\(SafeText.escaped($0)) is no blob's name in a record")
        }
        report.soundBlobs[name.description] = sound
        report.unreferencedBlobs[name.description] = unreferenced
    }

    /// What two records of one organisation name, by their statements or their manifests.
    private static func shared(_ expecting: Set<BlobAddress>, _ place: String) -> [Finding] {
        var records = [Digest: RecordHandle]()
        var findings = [Finding]()
        for address in expecting.sorted() {
            let digest = address.blob.digest
            if let first = records[digest], first != address.record {
                findings.append(
                    Finding(
                        kind: .shared, place: place, subject: address.text,
                        problem: "record \(first) names the same bytes"))
            } else {
                records[digest] = address.record
            }
        }
        return findings
    }
}

/// What each organisation must hold, and must not hold any more, as the log says.
private struct Retentions {
    private let names: [OrganisationName]
    private(set) var records = 0
    /// The root that is stated of each manifest.
    private(set) var roots: [Digest: Digest] = [:]
    private var retentions: [RecordHandle: [Retention]] = [:]

    init(of names: [OrganisationName]) { self.names = names }

    mutating func note(_ statement: VerifiedStatement) {
        guard let record = statement.assertion.record else { return }
        if let contents = statement.assertion.contents { roots[contents.manifest] = contents.root }
        if case .deposit = statement.assertion {
            records += 1
            retentions[record] = names.map { Retention(organisation: $0, record: record) }
        }
        for index in names.indices { retentions[record]?[index].note(statement) }
    }

    func kept(by name: OrganisationName) -> Set<BlobAddress> { all(of: name, \.kept) }

    func erased(by name: OrganisationName) -> Set<BlobAddress> { all(of: name, \.erased) }

    private func all(of name: OrganisationName, _ blobs: (Retention) -> [BlobName]) -> Set<BlobAddress> {
        guard let index = names.firstIndex(of: name) else { return [] }
        var all = Set<BlobAddress>()
        for (record, retentions) in retentions {
            for blob in blobs(retentions[index]) { all.insert(BlobAddress(record, blob)) }
        }
        return all
    }
}

/// What the manifests in a vault name, each held against its digest and against the root that the ledger has of it.
private struct VaultManifests {
    private let inventory: VaultInventory
    private let roots: [Digest: Digest]

    init(_ inventory: VaultInventory, roots: [Digest: Digest]) {
        self.inventory = inventory
        self.roots = roots
    }

    /// The files that those of `blobs` name which are manifests and are there.
    func files(
        _ blobs: Set<BlobAddress>, _ place: String, _ findings: inout [AuditReport.Finding]
    ) async throws -> Set<BlobAddress> {
        var files = Set<BlobAddress>()
        for address in blobs.sorted() where address.blob.kind == .manifest {
            try Task.checkCancellation()
            let digest = address.blob.digest
            // What is absent or altered, the inventory tells.
            guard let bytes = try await inventory.manifest(digest, address.record),
                Digest(hashing: bytes) == digest
            else { continue }
            guard let manifest = try? Manifest(decoding: bytes), manifest.root == roots[digest] else {
                findings.append(
                    AuditReport.Finding(
                        kind: .manifest, place: place, subject: address.text,
                        problem: "it is no manifest with the root that the ledger names"))
                continue
            }
            for file in manifest.files { files.insert(BlobAddress(address.record, BlobName(file, .file))) }
        }
        return files
    }
}

extension Connection {
    /// What the server found when it examined its own ledger, as sentences.
    func examination() async throws -> [String] {
        let answer: Wire.Examination = try await call(.get, Routes.examination)
        return answer.findings
    }
}

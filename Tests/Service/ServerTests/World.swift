import API
import Contract
import Desk
import FileVault
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Ledger
import Logging
import Manifests
import NIOCore
import Primitives
import Records
import SQLiteLedger
import Synchronization
import Testing
import Vault

@testable import Server
@testable import Surroundings

/// A network in a temporary folder with its server, driven request by request: two hospitals, an insurer, an
/// auditor.
final class World: Sendable {
    /// What Hummingbird's test client puts into every request.
    static let authority = "localhost"

    private let scratch: Scratch
    var folder: URL { scratch.directory }
    let network: NetworkID
    let ledger: EmbeddedLedger
    let records: RecordKeeping
    let server: APIServer
    let roots: [OrganisationName: SigningKey]
    let validators: [OrganisationName: SigningKey]
    let authorities: [OrganisationName: CertificateAuthority]
    let time: TestClock

    let hospital1 = OrganisationName("hospital1")!
    let hospital2 = OrganisationName("hospital2")!
    let insurer = OrganisationName("insurer")!
    let auditor = OrganisationName("auditor")!

    /// The vault of an organisation is a folder unless `vaults` has one.
    init(vaults: [OrganisationName: any Vault] = [:]) throws {
        let scratch = try Scratch()
        self.scratch = scratch
        let folder = scratch.directory
        let kinds: [(OrganisationName, OrganisationKind)] = [
            (hospital1, .hospital), (hospital2, .hospital), (insurer, .insurer), (auditor, .auditor),
        ]
        let time = TestClock()
        self.time = time
        let ledgerKey = SigningKey.generate()
        let roots = Dictionary(uniqueKeysWithValues: kinds.map { ($0.0, SigningKey.generate()) })
        let validators = Dictionary(uniqueKeysWithValues: kinds.map { ($0.0, SigningKey.generate()) })
        let genesis = Genesis(
            origin: OriginName("medseal/test")!, ledgerKey: ledgerKey.key, created: time.now - 1_000,
            organisations: kinds.map { name, kind in
                .init(
                    name: name, kind: kind, root: roots[name]!.key,
                    validator: validators[name]!.key, authorityHash: Digest(hashing: [1]),
                    recordsRecipientHash: Digest(hashing: [2]), deskRecipientHash: Digest(hashing: [3]))
            })
        let file = genesis.signed(by: kinds.map { roots[$0.0]! })
        let path = folder.appending(path: "ledger").path
        try EmbeddedLedger.create(at: path, genesis: file)
        ledger = try EmbeddedLedger(directory: path, genesis: file, key: ledgerKey, clock: { time.now })
        network = Genesis.networkID(of: file)
        self.roots = roots
        self.validators = validators
        let authorities = try kinds.reduce(into: [OrganisationName: CertificateAuthority]()) {
            let (certificate, key) = try CertificateAuthority.create(organisation: $1.0, now: Date())
            $0[$1.0] = try CertificateAuthority(certificate: certificate, privateKey: key)
        }
        self.authorities = authorities
        var custodians = [OrganisationName: Custodian]()
        for (name, _) in kinds {
            let home = folder.appending(path: "\(name)")
            try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
            custodians[name] = Custodian(
                name: name, vault: try vaults[name] ?? FileVault(path: home.appending(path: "vault").path),
                desk: try DeskStore(directory: home.path))
        }
        records = RecordKeeping(ledger: ledger, custodians: custodians)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = APIServer(
            records: records, authorities: [Self.authority],
            organisations: kinds.map { name, kind in
                .init(
                    name: name, kind: kind.name,
                    authority: String(
                        decoding: PEM.encode(authorities[name]!.certificate, label: "CERTIFICATE"),
                        as: UTF8.self), recordsRecipient: "age1records", deskRecipient: "age1desk")
            }, connections: .test, seen: SeenRequests(),
            clock: { time.now }, elapsed: { .seconds(time.now) }, logger: logger)
    }

    deinit { ledger.close() }

    // MARK: Requests

    struct Answer {
        let status: Int
        let body: [UInt8]
        let headers: HTTPFields
        var problem: Problem? { try? JSONDecoder().decode(Problem.self, from: Data(body)) }
        func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try JSONDecoder().decode(type, from: Data(body))
        }
    }

    /// Sends a request signed by `key`; `alter` may spoil it after signing.
    func send(
        _ method: HTTPRequest.Method, _ path: String, by key: SigningKey, body: [UInt8] = [],
        headers extra: HTTPFields = [:], nonce: [UInt8] = Random.bytes(16), created: UInt64? = nil,
        to other: APIServer? = nil, alter: (inout HTTPFields) -> Void = { _ in }
    ) async throws -> Answer {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let signature = RequestSignature(
            method: method.rawValue, authority: Self.authority, path: String(parts[0]),
            query: "?" + (parts.count > 1 ? parts[1] : ""), contentDigest: Digest(hashing: body),
            created: created ?? time.now, nonce: nonce, key: key.key)
        var headers = extra
        if !body.isEmpty { headers[.contentLength] = String(body.count) }
        headers[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: body))
        headers[.signatureInput] = signature.signatureInput
        headers[.signature] = RequestSignature.signatureValue(key.sign(signature.base))
        alter(&headers)
        return try await send(method, path, body: body, headers: headers, to: other)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, body: [UInt8], headers: HTTPFields,
        to other: APIServer? = nil
    ) async throws -> Answer {
        let application = Application(router: (other ?? server).router())
        let finished = headers
        return try await application.test(.router) { client in
            try await client.execute(
                uri: path, method: method, headers: finished, body: ByteBuffer(bytes: body)
            ) { response in
                Answer(
                    status: response.status.code, body: [UInt8](response.body.readableBytesView),
                    headers: response.headers)
            }
        }
    }

    /// What `key` says, and `others` agree to.
    func signed(_ assertion: Assertion, by key: SigningKey, agreed others: [SigningKey] = []) -> [UInt8] {
        var statement = Statement.make(assertion, now: time.now)
        for other in others { statement = statement.agreed(by: other, signer: key.key, network: network) }
        return statement.signed(by: key, network: network)
    }

    func submit(
        _ assertion: Assertion, by key: SigningKey, agreed others: [SigningKey] = []
    ) async throws -> (id: StatementID, answer: Answer) {
        let bytes = signed(assertion, by: key, agreed: others)
        let answer = try await send(.post, Routes.statements, by: key, body: bytes)
        return (try SignedStatement(bytes, network: network).verified()!.id, answer)
    }

    // MARK: The story's steps, for tests that begin later

    func enrol(
        _ organisation: OrganisationName, _ role: Role, seconds: UInt64 = 1_000_000
    ) async throws -> SigningKey {
        let key = SigningKey.generate()
        let enrol = Enrol(
            organisation: organisation, member: key.key, role: role,
            recipientHash: Digest(hashing: Array("age1x".utf8)),
            certificateHash: Digest(hashing: [9]), expires: time.now + seconds, suite: .hybrid)
        let (_, answer) = try await submit(.enrol(enrol), by: roots[organisation]!, agreed: [key])
        #expect(answer.status == 200)
        return key
    }

    /// Suspends an organisation by the roots of the others.
    func suspend(_ name: OrganisationName) async throws {
        let endorsers = roots.keys.filter { $0 != name }.sorted { $0.description < $1.description }
        let suspend = Suspend(organisation: name, endorsers: endorsers, standing: .suspended)
        let (_, answer) = try await submit(
            .suspend(suspend), by: roots[endorsers[0]]!, agreed: endorsers.dropFirst().map { roots[$0]! })
        #expect(answer.status == 200)
    }

    struct Deposited {
        let handle: RecordHandle
        let owner: SigningKey
        /// One of each of `kinds`.
        let blobs: [[UInt8]]
        var files: [UInt8] { blobs[0] }
        var deposit: Deposit
        var custodian: OrganisationName { deposit.organisation }

        static let kinds: [BlobKind] = [.file, .descriptor, .ownerEnvelope, .custodianEnvelope, .manifest]

        /// The names of the blobs in the record.
        var names: [BlobName] { zip(blobs, Self.kinds).map { BlobName(Digest(hashing: $0), $1) } }
    }

    /// Blobs in the vault of `organisation`, then the deposit, under a permit signed by the owner's key.
    func deposit(
        by clinician: SigningKey, at organisation: OrganisationName, owner: SigningKey = .generate(),
        custodial: Bool = false, content: [UInt8]? = nil
    ) async throws -> Deposited {
        var blobs = ["ciphertext", "descriptor", "owner's", "custodian's"].map {
            Array($0.utf8) + Random.bytes(8)
        }
        if let content { blobs[0] = content }
        let manifest = Manifest(of: [Digest(hashing: blobs[0])])!
        blobs.append(manifest.encoded())
        let record = RecordHandle(Random.bytes(32))!
        for (blob, kind) in zip(blobs, Deposited.kinds) {
            #expect(
                try await put(blob, as: kind, of: record, by: clinician, at: organisation).status == 201)
        }
        let digests = blobs.map { Digest(hashing: $0) }
        let deposit = Deposit(
            organisation: organisation, record: record,
            permit: custodial
                ? nil
                : Permit.signed(
                    key: owner, organisation: organisation, notAfter: time.now + 10_000, network: network),
            recipientHash: Digest(hashing: [7]), descriptor: digests[1],
            ownerEnvelope: custodial ? nil : digests[2], custodianEnvelope: digests[3],
            manifest: digests[4], root: manifest.root, suite: .hybrid,
            custodial: custodial ? .patientUnable : nil, additionsHash: Digest(hashing: [8]))
        #expect(try await submit(.deposit(deposit), by: clinician).answer.status == 200)
        return Deposited(handle: deposit.record, owner: owner, blobs: blobs, deposit: deposit)
    }

    func put(
        _ blob: [UInt8], as kind: BlobKind, of record: RecordHandle, by key: SigningKey,
        at organisation: OrganisationName
    ) async throws -> Answer {
        let name = BlobName(Digest(hashing: blob), kind)
        let path = Routes.Organisation(organisation).blob(name.text, of: record.hex)
        return try await send(.put, path, by: key, body: blob)
    }

    /// What the vault of `organisation` has under the record.
    func blobs(of record: RecordHandle, at organisation: OrganisationName) async throws -> [BlobName] {
        try await records.custodians[organisation]!.vault.blobs(of: record).map(\.name)
    }

    /// Spoils the first byte of a blob where the folder of the organisation's vault has it.
    func damage(_ blob: BlobName, of record: RecordHandle, at organisation: OrganisationName) throws {
        let shard = record.hex.prefix(2)
        let file = folder.appending(path: "\(organisation)/vault/records/\(shard)/\(record.hex)/\(blob.text)")
        var bytes = try Data(contentsOf: file)
        bytes[0] ^= 1
        try bytes.write(to: file)
    }

    /// A patient's inbox, which the organisation admits unless it is only `applying`.
    func inbox(at organisation: OrganisationName, applying: Bool = false) async throws -> SigningKey {
        let key = SigningKey.generate()
        let application = Wire.Application(inbox: key.key, recipient: "age1inbox", letter: Data([1]))
        let answer = try await send(
            .post, Routes.Organisation(organisation).inboxes, by: key,
            body: [UInt8](JSONEncoder().encode(application)))
        #expect(answer.status == 201)
        if !applying {
            try records.custodians[organisation]?.desk.enter(
                index: Random.bytes(32), inbox: key.key.bytes, entry: [1])
        }
        return key
    }

    /// A grant of the record to `grantee`, its envelope stored under the owner's key.
    func grant(
        _ record: Deposited, to grantee: SigningKey, of organisation: OrganisationName,
        kind: GrantKind = .read, purpose: Purpose = .claim,
        seconds: UInt64 = 5_000, releases: UInt64 = 5, coverage: Coverage = .present
    ) async throws -> (id: StatementID, envelope: [UInt8]) {
        let envelope = Array("envelope".utf8) + Random.bytes(8)
        let stored = try await put(
            envelope, as: .grantEnvelope, of: record.handle, by: record.owner, at: record.custodian)
        #expect(stored.status == 201)
        let grant = Grant(
            record: record.handle, organisation: organisation, grantee: grantee.key, kind: kind,
            purpose: purpose,
            notBefore: time.now, notAfter: time.now + seconds, releases: releases,
            envelope: Digest(hashing: envelope), request: nil, coverage: coverage)
        let (id, answer) = try await submit(.grant(grant), by: record.owner)
        #expect(answer.status == 200)
        return (id, envelope)
    }

    func release(
        _ record: Deposited, by key: SigningKey, of organisation: OrganisationName?,
        grant: StatementID? = nil,
        basis: Basis? = nil
    ) async throws -> (id: StatementID, answer: Answer) {
        try await submit(
            .release(
                Release(
                    organisation: organisation, record: record.handle, custodian: record.deposit.organisation,
                    grant: grant, basis: basis)), by: key)
    }

    func fetch(
        _ blob: [UInt8], by key: SigningKey, release: StatementID, from organisation: OrganisationName,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        let path = Routes.Organisation(organisation).releasedBlob(release.hex, Digest(hashing: blob).hex)
        return try await send(.get, path, by: key, headers: headers)
    }
}

extension ConnectionLimits {
    /// Of a process that may have 256 files open.
    static let test = ConnectionLimits(descriptors: 256)
}

/// A clock that tests turn.
final class TestClock: Sendable {
    private let seconds = Mutex<UInt64>(1_800_000_000)
    var now: UInt64 { seconds.withLock { $0 } }
    func advance(_ by: UInt64) { seconds.withLock { $0 += by } }
    func goBack(_ by: UInt64) { seconds.withLock { $0 -= by } }
}

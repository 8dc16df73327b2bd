import API
public import Contract
import Evidence
import Manifests
import Remote

/// What a vault holds, record by record, each blob hashed anew: in pages, from a blob on. Its server gives it, or
/// an auditor who reads the vault itself.
public struct VaultInventory: Sendable {
    /// A blob of a vault.
    public struct Blob: Sendable {
        public let address: BlobAddress
        public let byteCount: Int
        /// Whether its bytes have the digest of its name.
        public let isIntact: Bool

        public init(address: BlobAddress, byteCount: Int, isIntact: Bool) {
            self.address = address
            self.byteCount = byteCount
            self.isIntact = isIntact
        }
    }

    public struct Page: Sendable {
        public let blobs: [Blob]
        /// Names in the vault that are no blob's of a record; one may be told on two pages.
        public let foreign: [String]
        public let isLast: Bool

        public init(blobs: [Blob], foreign: [String], isLast: Bool) {
            self.blobs = blobs
            self.foreign = foreign
            self.isLast = isLast
        }
    }

    /// The bytes of a manifest; nil where the record has none of that digest.
    public typealias ReadManifest =
        @Sendable (_ digest: Digest, _ record: RecordHandle) async throws -> [UInt8]?

    private let page: @Sendable (_ after: BlobAddress?) async throws -> Page
    let manifest: ReadManifest

    public init(
        page: @escaping @Sendable (_ after: BlobAddress?) async throws -> Page,
        manifest: @escaping ReadManifest
    ) {
        self.page = page
        self.manifest = manifest
    }

    /// Hands each page to `receive`. Throws `unverified` when the pages do not rise.
    func forEachPage(_ receive: (Page) throws -> Void) async throws {
        var after: BlobAddress?
        while true {
            let page = try await page(after)
            try receive(page)
            guard !page.isLast else { return }
            guard let next = page.blobs.last?.address, after.map({ $0 < next }) ?? true else {
                throw PartyError.unverified("the inventory of a vault goes in circles")
            }
            after = next
        }
    }
}

extension Connection {
    /// What an organisation's vault holds, as its server hashes it.
    func inventory(of name: OrganisationName) -> VaultInventory {
        let routes = Routes.Organisation(name)
        return VaultInventory { after in
            let answer: Wire.Inventory = try await call(
                .get, routes.inventory, query: after.map { [("after", $0.text)] } ?? [])
            return VaultInventory.Page(
                blobs: answer.blobs.map {
                    VaultInventory.Blob(
                        address: BlobAddress($0.record, $0.name), byteCount: $0.byteCount,
                        isIntact: $0.intact)
                }, foreign: answer.foreign, isLast: answer.isLast)
        } manifest: { digest, record in
            do {
                return try await call(
                    .get, routes.manifest(digest.hex, of: record.hex), answerBytesMax: Manifest.bytesMax)
            } catch let problem as Problem where problem.type == .notFound {
                return nil
            }
        }
    }
}

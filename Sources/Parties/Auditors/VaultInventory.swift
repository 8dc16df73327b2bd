import API
public import Contract
import Evidence
import Remote

/// What a vault holds, each blob hashed anew: in pages, from a digest on. Its server gives it, or whoever reads the
/// vault itself.
public struct VaultInventory: Sendable {
    /// A blob of a vault.
    public struct Blob: Sendable {
        public let digest: Digest
        public let byteCount: Int
        /// Whether its bytes have the digest that is its name.
        public let isIntact: Bool

        public init(digest: Digest, byteCount: Int, isIntact: Bool) {
            self.digest = digest
            self.byteCount = byteCount
            self.isIntact = isIntact
        }
    }

    public struct Page: Sendable {
        public let blobs: [Blob]
        /// Names in the vault that are no digests.
        public let foreign: [String]
        /// The last digest of this page, where there may be more.
        public let next: Digest?

        public init(blobs: [Blob], foreign: [String], next: Digest?) {
            self.blobs = blobs
            self.foreign = foreign
            self.next = next
        }
    }

    private let page: @Sendable (_ after: Digest?) async throws -> Page

    public init(page: @escaping @Sendable (_ after: Digest?) async throws -> Page) { self.page = page }

    /// Hands each page to `receive`. Throws `unverified` when the pages do not rise.
    func forEachPage(_ receive: (Page) throws -> Void) async throws {
        var after: Digest?
        while true {
            let page = try await page(after)
            try receive(page)
            guard let next = page.next else { return }
            guard page.blobs.last?.digest == next, after.map({ $0 < next }) ?? true else {
                throw ClientFailure.unverified("the inventory of a vault goes in circles")
            }
            after = next
        }
    }
}

extension Connection {
    /// What an organisation's vault holds, as its server hashes it.
    func inventory(of name: OrganisationName) -> VaultInventory {
        VaultInventory { after in
            let answer: Wire.Inventory = try await call(
                .get, Routes.Organisation(name).inventory, query: after.map { [("after", $0.hex)] } ?? [])
            return VaultInventory.Page(
                blobs: answer.blobs.map {
                    VaultInventory.Blob(digest: $0.digest, byteCount: $0.byteCount, isIntact: $0.intact)
                }, foreign: answer.foreign, next: answer.next)
        }
    }
}

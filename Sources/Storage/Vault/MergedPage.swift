// What two vaults list together.

extension VaultPage {
    /// One page of two lists in the order of their keys. What both have is told once, as `newer` has it.
    init<Key: Comparable & Hashable>(
        _ older: VaultPage, _ newer: VaultPage, limit: Int, by key: (Entry) -> Key
    ) {
        self.init()
        let known = Set(newer.entries.map(key))
        let all = (newer.entries + older.entries.filter { !known.contains(key($0)) })
            .sorted { key($0) < key($1) }
        // Neither page may say anything of what comes after its own last entry.
        let bounds = [older, newer].compactMap { page in page.next.map(key) }
        let told = all.prefix { entry in bounds.allSatisfy { key(entry) <= $0 } }
        entries = Array(told.prefix(limit))
        foreign = older.foreign + newer.foreign
        hasMore = entries.count < all.count || older.hasMore || newer.hasMore
    }
}

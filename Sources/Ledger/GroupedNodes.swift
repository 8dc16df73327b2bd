import TransparencyLog

/// The stored nodes of the tree, read as they lie together (`NodePlace`): whoever asks for one of a group asks for
/// the others next. Of each five levels the group that was read last is kept.
final class GroupedNodes: NodeReader {
    private let tables: LedgerTables
    private var groups: [Int: NodeGroup] = [:]

    init(of tables: LedgerTables) { self.tables = tables }

    /// Nil where there is none.
    func stored(_ place: NodePlace) throws -> [UInt8]? {
        if let group = groups[place.group], group.places == place.neighbours { return group[place] }
        let group = try tables.nodeGroup(of: place)
        groups[place.group] = group
        return group[place]
    }

    /// As `LedgerTables.node`.
    func node(level: Int, position: UInt64) throws -> [UInt8] {
        if level == 0 { return try tables.node(level: 0, position: position) }
        guard let hash = try stored(NodePlace(level: level, position: position)) else {
            throw LedgerError.damaged(Finding(.node(level: level, position: position), "is missing"))
        }
        return hash
    }
}

/// What is stored of the nodes that lie together.
struct NodeGroup {
    let places: Range<UInt64>
    /// For each place in order, the hash, or zeros.
    private var hashes: [UInt8]
    /// The places that have one, the first as the lowest bit.
    private var present: UInt32 = 0

    fileprivate init(_ places: Range<UInt64>) {
        precondition(places.count <= UInt32.bitWidth, "a group has 31 nodes")
        self.places = places
        hashes = [UInt8](repeating: 0, count: places.count * Merkle.hashBytes)
    }

    subscript(place: NodePlace) -> [UInt8]? {
        let index = Int(place.number - places.lowerBound)
        guard present >> UInt32(index) & 1 == 1 else { return nil }
        return Array(hashes[index * Merkle.hashBytes..<(index + 1) * Merkle.hashBytes])
    }

    /// What has not a hash's length is as good as none.
    fileprivate mutating func add(_ hash: UnsafeRawBufferPointer, at place: UInt64) {
        guard hash.count == Merkle.hashBytes, places.contains(place) else { return }
        let index = Int(place - places.lowerBound)
        hashes.withUnsafeMutableBytes { hashes in
            UnsafeMutableRawBufferPointer(rebasing: hashes[(index * Merkle.hashBytes)...]).copyMemory(
                from: hash)
        }
        present |= 1 << UInt32(index)
    }
}

extension LedgerTables {
    fileprivate func nodeGroup(of place: NodePlace) throws -> NodeGroup {
        let places = place.neighbours
        var group = NodeGroup(places)
        try connection.each(
            "SELECT place, hash FROM nodes WHERE place >= ? AND place < ?", .integer(places.lowerBound),
            .integer(places.upperBound)
        ) { row in
            group.add(row.bytes(1), at: row.integer(0))
            return true
        }
        return group
    }
}

import FabricProtocol

/// What a channel's peers keep: the version of every key, and of one chaincode the values.
struct WorldState: Sendable {
    /// The transaction that wrote a key last.
    struct Version: Sendable, Hashable {
        let block: UInt64
        let transaction: UInt64
    }

    private struct Place: Hashable {
        let namespace: String
        let key: String
    }

    private let chaincode: String
    private var versions: [Place: Version] = [:]
    /// Of the chaincode, by the names of its keys.
    private(set) var values: [String: [UInt8]] = [:]

    init(of chaincode: String) { self.chaincode = chaincode }

    /// The first key whose version is not what was read of it (MVCC), and so is there or gone meanwhile.
    func firstStale(in sets: [(namespace: String, set: Rwset_KVRWSet)]) -> String? {
        for (namespace, set) in sets {
            for read in set.reads {
                let seen =
                    read.hasVersion
                    ? Version(block: read.version.blockNum, transaction: read.version.txNum) : nil
                if versions[Place(namespace: namespace, key: read.key)] != seen { return read.key }
            }
        }
        return nil
    }

    mutating func apply(_ sets: [(namespace: String, set: Rwset_KVRWSet)], at version: Version) {
        for (namespace, set) in sets {
            for write in set.writes {
                // Fabric takes an empty value for a deletion.
                let isGone = write.isDelete || write.value.isEmpty
                versions[Place(namespace: namespace, key: write.key)] = isGone ? nil : version
                if namespace == chaincode { values[write.key] = isGone ? nil : [UInt8](write.value) }
            }
            for write in set.metadataWrites {
                let place = Place(namespace: namespace, key: write.key)
                if versions[place] != nil { versions[place] = version }
            }
        }
    }
}

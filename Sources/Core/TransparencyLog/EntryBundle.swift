/// Entries side by side, each after its length as a big-endian 16-bit number (c2sp.org/tlog-tiles, "Log
/// entries").
public enum EntryBundle {
    /// No entry of a log that serves bundles may be longer: the length field ends here.
    public static let entryBytesMax = Int(UInt16.max)

    /// The bundle of 1 to 256 `entries`, each at most `entryBytesMax` bytes: the ledger refuses longer ones
    /// before.
    public static func encode(_ entries: [[UInt8]]) -> [UInt8] {
        precondition((1...TilePath.widthMax).contains(entries.count), "a bundle has 1 to 256 entries")
        var bundle: [UInt8] = []
        bundle.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
        for entry in entries {
            precondition(entry.count <= entryBytesMax, "an entry has at most 65,535 bytes")
            bundle += [UInt8(entry.count >> 8), UInt8(entry.count & 0xff)] + entry
        }
        return bundle
    }

    /// The `width` entries of a bundle as received, or nil unless it holds exactly those and nothing else.
    ///
    /// Compare their leaf hashes with the level 0 tile, and that with a verified checkpoint.
    public static func decode(_ bundle: [UInt8], width: Int) -> [[UInt8]]? {
        guard (1...TilePath.widthMax).contains(width) else { return nil }
        var entries: [[UInt8]] = []
        var rest = bundle[...]
        while let high = rest.popFirst() {
            guard let low = rest.popFirst() else { return nil }
            let count = Int(high) << 8 | Int(low)
            guard entries.count < width, rest.count >= count else { return nil }
            entries.append([UInt8](rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return entries.count == width ? entries : nil
    }
}

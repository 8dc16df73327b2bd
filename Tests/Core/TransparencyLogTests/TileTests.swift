import Primitives
import Testing
import TransparencyLog

struct TilePathTests {
    /// Paths from c2sp.org/tlog-tiles and around its limits, and what they name.
    @Test(arguments: [
        ("tile/0/x001/x234/067", TilePath(.hashes(level: 0), index: 1_234_067)),
        ("tile/0/273.p/112", TilePath(.hashes(level: 0), index: 273, width: 112)),
        ("tile/1/000", TilePath(.hashes(level: 1), index: 0)),
        ("tile/1/001.p/17", TilePath(.hashes(level: 1), index: 1, width: 17)),
        ("tile/63/000.p/1", TilePath(.hashes(level: 63), index: 0, width: 1)),
        ("tile/entries/x001/000", TilePath(.entries, index: 1000)),
        ("tile/entries/x999/999.p/255", TilePath(.entries, index: 999_999, width: 255)),
        ("tile/0/x072/x057/x594/x037/x927/935", TilePath(.hashes(level: 0), index: 72_057_594_037_927_935)),
    ])
    func pathsNameTiles(text: String, path: TilePath) {
        #expect(path.encoded == utf8(text))
        #expect(TilePath(decoding: utf8(text)) == path)
    }

    @Test(arguments: [
        "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000", "tiles/0/000",
        "tile/00/000", "tile/64/000", "tile/-1/000", "tile/data/000", "tile/entries",
        "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001", "tile/0/001/002",
        "tile/0/x01/002",
        "tile/0/x0001/002", "tile/0/X001/002", "tile/0/x001/x002", "tile/0/+01", "tile/0/０００",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/256",
        "tile/0/000.p/-1",
        "tile/0/000.q/1", "tile/0/000.p/1/", "tile/0/x001.p/1", "tile/0/.p/1", "tile/0/000.p/1.p/1",
        "tile/0/x072/x057/x594/x037/x927/936", "tile/0/x001/x000/x000/x000/x000/x000/000",
        "tile/0/x999/x999/x999/x999/x999/999", "tile/0/../000", "tile/0/000\0", "tile/0/000 ",
    ])
    func everyOtherPathIsRefused(text: String) {
        #expect(TilePath(decoding: utf8(text)) == nil)
    }

    /// The example of the specification: 70,000 entries.
    @Test func aTreeHasTheseTilesAndNoOthers() {
        func count(level: Int, width: Int, size: UInt64 = 70_000) -> Int {
            (0..<300).filter {
                TilePath(.hashes(level: level), index: $0, width: width).exists(inTreeOf: size)
            }.count
        }
        #expect(count(level: 0, width: 256) == 273)
        #expect(count(level: 0, width: 112) == 1)
        #expect(count(level: 1, width: 256) == 1)
        #expect(count(level: 1, width: 17) == 1)
        #expect(count(level: 2, width: 1) == 1)
        var partialCount = 0
        for level in 0...8 { for width in 1...255 { partialCount += count(level: level, width: width) } }
        #expect(partialCount == 3)
        // "A tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width
        // 1."
        #expect(count(level: 0, width: 256, size: 256) == 1)
        #expect(count(level: 1, width: 1, size: 256) == 1)
        #expect(!TilePath(.entries, index: 1, width: 1).exists(inTreeOf: 256))
        #expect(TilePath(.entries, index: 1, width: 1).exists(inTreeOf: 257))
        #expect(!TilePath(.hashes(level: 63), index: 0).exists(inTreeOf: .max))
    }
}

struct TileContentTests {
    /// Digests of tiles and bundles of the log "entry 0" ... "entry 999", made by the Python package
    /// aics-tlog 0.1.
    static let digests = [
        "tile/0/000": "b0f6ca2ff42508faf8c6bb4ea8bb9c74243b19d4174fdc4fd17bdad9099e605e",
        "tile/0/001": "5b4af7f8c276af63acf25814d12ef3d04d3ed33d10431e9f8535876604e53acf",
        "tile/0/002": "5537abfd2ac6858fe31ad8cd046bcb350686e4d68995c5f8b81eb9e171602b36",
        "tile/0/003.p/232": "ecb4d7eaef85710847beb61832ba6c535c3be8e743ad561e3d8e6a562e6cafef",
        "tile/1/000.p/3": "31061400c75f919581c1452a7e0f75ca257bc256f0031aa36bf0cbfaadb1e85a",
        "tile/entries/000": "c378282cb2167eb29f7e0c483ef2ce284728c12286469737cf8c3dc71e412ff1",
        "tile/entries/001": "763577dddb4ea347cde84a890db17d3f534baf4de625a511bba7985b3c4217bc",
        "tile/entries/002": "a50f510c2b030a6e30fabb010d79f567ce702c8cbdc38663d566891863720a88",
        "tile/entries/003.p/232": "1d60f786927687a6b4c15c4996d949ee96b7e28e6ae612bdfb70c02d6513ca4d",
    ]

    @Test func tilesAreThoseOfPython() throws {
        let entries = StoredTree.entries(1000)
        let stored = StoredTree(entries: entries)
        #expect(Self.digests.count == 9)
        for (text, digest) in Self.digests {
            let path = try #require(TilePath(decoding: utf8(text)))
            #expect(path.exists(inTreeOf: 1000))
            let tile: [UInt8]
            switch path.content {
            case .hashes(let level):
                tile = try HashTile.bytes(level: level, index: path.index, width: path.width, reading: stored)
                #expect(HashTile.hashes(in: tile, width: path.width)?.count == path.width)
            case .entries:
                let first = Int(path.index) * 256
                tile = EntryBundle.encode(Array(entries[first..<first + path.width]))
                #expect(
                    EntryBundle.decode(tile, width: path.width) == Array(entries[first..<first + path.width]))
            }
            #expect(hex(SHA256.digest(tile)) == digest)
        }
    }

    /// All tiles of the specification's example, 70,000 entries ("0" ... "69999"): one digest over the sorted
    /// lines "<path> <digest>", by the same Python package.
    @Test func tilesOfThreeLevelsAreThoseOfPython() throws {
        let size = 70_000
        let stored = StoredTree(entries: (0..<size).map { utf8("\($0)") })
        var lines: [String] = []
        for (level, count) in [size, size >> 8, size >> 16].enumerated() {
            for index in 0...count / 256 {
                let path = TilePath(
                    .hashes(level: level), index: UInt64(index), width: min(256, count - index * 256))
                let tile = try HashTile.bytes(
                    level: level, index: path.index, width: path.width, reading: stored)
                lines.append(String(decoding: path.encoded, as: UTF8.self) + " " + hex(SHA256.digest(tile)))
            }
        }
        #expect(lines.count == 277)
        #expect(
            hex(SHA256.digest(utf8(lines.sorted().joined(separator: "\n"))))
                == "f67ca4eb72f144dcbd03a73ca5f14c9b4a17efe896a9b1d20d9a46fd7790b4d0")
    }

    /// A follower with nothing but tiles finds the same roots and proofs.
    @Test(arguments: [1, 2, 255, 256, 257, 700, 1000] as [UInt64])
    func tilesAreEnoughForRootsAndProofs(size: UInt64) throws {
        let stored = StoredTree(entries: StoredTree.entries(1000))
        let tiles = TileNodes(size: size) { path in
            #expect(path.exists(inTreeOf: size))
            guard case .hashes(let level) = path.content else { return [] }
            return try? HashTile.bytes(level: level, index: path.index, width: path.width, reading: stored)
        }
        let head = try TreeHead(size: size, reading: stored)
        #expect(try TreeHead(size: size, reading: tiles) == head)
        for index in stride(from: 0, to: size, by: 37) {
            let proof = try InclusionProof(of: index, inTreeOf: size, reading: tiles)
            #expect(try proof == InclusionProof(of: index, inTreeOf: size, reading: stored))
            let consistency = try ConsistencyProof(from: index, to: size, reading: tiles)
            #expect(try consistency == ConsistencyProof(from: index, to: size, reading: stored))
        }
        #expect(throws: TreeError.outOfRange) { try tiles.node(level: 0, position: size) }
        #expect(throws: TreeError.outOfRange) { try tiles.node(level: 63, position: 0) }
    }

    @Test func aTileOfAWrongLengthIsNamed() {
        let short = TileNodes(size: 3) { _ in [UInt8](repeating: 0, count: 95) }
        #expect(throws: TreeError.malformedNode(level: 0, position: 2)) {
            try short.node(level: 0, position: 2)
        }
        #expect(HashTile.hashes(in: [UInt8](repeating: 0, count: 64), width: 1) == nil)
        let none = TileNodes(size: 3) { _ in nil }
        #expect(throws: TreeError.noTile(TilePath(.hashes(level: 0), index: 0, width: 3))) {
            try none.node(level: 0, position: 2)
        }
        let stored = StoredTree(entries: StoredTree.entries(3))
        for (level, width) in [(8, 1), (-1, 1), (0, 0), (0, 257)] {
            #expect(throws: TreeError.outOfRange) {
                try HashTile.bytes(level: level, index: 0, width: width, reading: stored)
            }
        }
    }

    @Test func bundlesAreExact() {
        let entries: [[UInt8]] = [[], [1], [UInt8](repeating: 7, count: EntryBundle.entryBytesMax)]
        let bundle = EntryBundle.encode(entries)
        #expect(bundle.prefix(7) == [0, 0, 0, 1, 1, 0xff, 0xff])
        #expect(EntryBundle.decode(bundle, width: 3) == entries)
        #expect(EntryBundle.decode(bundle, width: 2) == nil)
        #expect(EntryBundle.decode(bundle, width: 4) == nil)
        #expect(EntryBundle.decode(bundle + [0], width: 3) == nil)
        #expect(EntryBundle.decode(bundle.dropLast(), width: 3) == nil)
        #expect(EntryBundle.decode(bundle + [0, 0], width: 3) == nil)
        #expect(EntryBundle.decode([], width: 0) == nil)
        #expect(EntryBundle.decode([], width: 1) == nil)
    }
}

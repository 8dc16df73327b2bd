import Ledger
import Testing
import TransparencyLog

@testable import SQLiteLedger

struct NodePlaceTests {
    /// The formula of migrations/ledger, by hand.
    @Test func placesAreThoseOfTheSchema() {
        let lines: [(level: Int, position: UInt64, row: UInt64, index: Int)] = [
            (1, 0, 0, 0), (1, 1, 0, 1), (2, 0, 0, 2), (1, 2, 0, 3), (1, 3, 0, 4), (2, 1, 0, 5), (3, 0, 0, 6),
            (1, 4, 0, 7), (4, 0, 0, 14), (1, 15, 0, 26), (2, 7, 0, 27), (5, 0, 0, 30), (1, 16, 1, 0),
            (5, 1, 1, 30), (6, 0, 1 << 56, 0), (10, 0, 1 << 56, 30), (11, 0, 2 << 56, 0),
            (6, 16, 1 << 56 + 1, 0),
        ]
        for line in lines {
            let place = NodePlace(level: line.level, position: line.position)
            #expect(place.row == line.row && place.index == line.index, "\(line)")
        }
    }

    /// Whatever a growing tree makes is the next of its row.
    @Test func rowsGrowAtTheirEnd() throws {
        var tree = MerkleTree()
        var rows = [UInt64: [NodePlace]]()
        for size in 1...UInt64(3000) {
            for node in tree.append(CollectionOfOne([UInt8](repeating: 0, count: 32))) {
                let place = NodePlace(level: node.level, position: node.position)
                #expect(place.index == rows[place.row, default: []].count)
                #expect(place.belongs(toLogOf: size) && !place.belongs(toLogOf: size - 1))
                rows[place.row, default: []].append(place)
            }
        }
        for (number, places) in rows {
            let all = try #require(NodePlace.places(ofRow: number))
            #expect(all.count == 31 && Array(all.prefix(places.count)) == places)
        }
    }

    @Test func whereNoNodeCanBeThereIsNoPlace() {
        #expect(NodePlace.places(ofRow: 11 << 56 + 15)?.first?.level == 56)
        #expect(NodePlace.places(ofRow: 11 << 56 + 16) == nil)
        #expect(NodePlace.places(ofRow: 12 << 56)?.first?.level == 61)
        #expect(NodePlace.places(ofRow: 12 << 56 + 1) == nil)
        #expect(NodePlace.places(ofRow: 13 << 56) == nil)
        #expect(NodePlace.places(ofRow: .max) == nil)
        #expect(!NodePlace(level: 64, position: 0).belongs(toLogOf: .max))
    }

    /// What a proof asks for on its way up, five levels at a time.
    @Test func aWayToTheRootMeetsARowForFiveLevels() {
        for leaf: UInt64 in [0, 1, 777, 1_048_575] {
            let rows = (1...20).map { level in
                NodePlace(level: level, position: leaf >> UInt64(level)).row
            }
            #expect(Set(rows).count == 4)
        }
    }
}

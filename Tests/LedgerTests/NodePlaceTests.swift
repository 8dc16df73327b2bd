import Testing

@testable import Ledger

struct NodePlaceTests {
    /// The formula of migrations/ledger, by hand.
    @Test func placesAreThoseOfTheSchema() {
        let lines: [(level: Int, position: UInt64, number: UInt64)] = [
            (1, 0, 1), (1, 1, 3), (2, 0, 2), (3, 0, 4), (4, 0, 8), (5, 0, 16), (1, 15, 31), (1, 16, 32 + 1),
            (5, 1, 32 + 16), (6, 0, 1 << 56 + 1), (10, 0, 1 << 56 + 16), (11, 0, 2 << 56 + 1),
            (2, 13, 32 + 22),
        ]
        for line in lines {
            #expect(NodePlace(level: line.level, position: line.position).number == line.number)
        }
    }

    @Test func everyPlaceIsOfOneNode() {
        let size: UInt64 = 3000
        var numbers = Set<UInt64>()
        for level in 1..<12 {
            for position in 0..<size >> UInt64(level) {
                let place = NodePlace(level: level, position: position)
                #expect(numbers.insert(place.number).inserted)
                #expect(NodePlace(number: place.number) == place)
                #expect(place.neighbours.contains(place.number))
            }
        }
        for level in 1..<63 {
            let place = NodePlace(level: level, position: (1 << 51) >> UInt64(level))
            #expect(NodePlace(number: place.number) == place)
        }
        #expect(NodePlace(number: 0) == nil)
        #expect(NodePlace(number: 7 << 5) == nil)
    }

    /// What a proof asks for on its way up, five levels at a time.
    @Test func aWayToTheRootMeetsAGroupForFiveLevels() {
        for leaf: UInt64 in [0, 1, 777, 1_048_575] {
            let groups = (1...20).map { level in
                NodePlace(level: level, position: leaf >> UInt64(level)).neighbours.lowerBound
            }
            #expect(Set(groups).count == 4)
        }
    }
}

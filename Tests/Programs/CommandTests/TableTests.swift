import Testing

@testable import Terminal

@Suite struct TableTests {
    private var table: Table {
        var table = Table("RECORD", "SCOPE", "UNTIL")
        table.add("0123456789ab", "read", "2027-03-02 00:00:00 +01:00")
        table.add("ba9876543210", "read-and-decide", "2028-03-02 00:00:00 +01:00")
        return table
    }

    @Test func aTableThatFitsHasColumns() {
        let lines = [
            "RECORD        SCOPE            UNTIL",
            "0123456789ab  read             2027-03-02 00:00:00 +01:00",
            "ba9876543210  read-and-decide  2028-03-02 00:00:00 +01:00",
        ]
        #expect(table.lines(columns: nil) == lines)
        #expect(table.lines(columns: 57) == lines)
    }

    @Test func oneThatDoesNotIsFolded() {
        let folded = [
            "RECORD  0123456789ab", "SCOPE   read", "UNTIL   2027-03-02 00:00:00 +01:00", "",
            "RECORD  ba9876543210", "SCOPE   read-and-decide", "UNTIL   2028-03-02 00:00:00 +01:00",
        ]
        #expect(table.lines(columns: 56) == folded)
        #expect(table.lines(columns: 40) == folded)
    }
}

import Terminal
import Testing

/// Times as they are typed: what was typed is what is meant, or it is refused.
@Suite struct MomentTests {
    @Test(arguments: [
        ("2027-03-02", 1_803_945_600), ("2027-03-02T00:00:00Z", 1_803_945_600),
        ("2027-03-02T01:30:00+01:30", 1_803_945_600), ("2027-03-01T19:00:00-05:00", 1_803_945_600),
        ("2028-02-29", 1_835_395_200), ("1970-01-01", 0),
    ])
    func whatExistsIsTaken(_ typed: String, _ seconds: UInt64) {
        #expect(MomentOption(argument: typed)?.time == seconds)
    }

    @Test(arguments: [
        "2027-02-30", "2027-02-29", "2027-13-01", "2027-00-01", "2027-03-00", "2027-03-02T25:00:00Z",
        "2027-03-02T24:00:00Z", "2027-03-02T12:60:00Z", "2027-03-02T12:00:60Z", "2027-03-02T12:00:00",
        "2027-03-02T12:00Z", "2027-03-02T12:00:00+25:00", "2027-03-02T12:00:00+01:60",
        "2027-03-02T12:00:00+1:00", "1969-12-31", "2027-3-2", "02.03.2027", "tomorrow", "",
    ])
    func whatDoesNotExistIsRefused(_ typed: String) {
        #expect(MomentOption(argument: typed) == nil)
    }
}

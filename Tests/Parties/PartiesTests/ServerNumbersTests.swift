import API
import Foundation
import Testing

/// T79: what a server counts is bounded before a client allocates or loops by it.
@Suite struct ServerNumbersTests {
    @Test func aWalletBelievesNoImpossibleStock() throws {
        func status(_ handedOver: String, _ left: String) throws -> Wire.InboxStatus {
            let text =
                #"{"admitted":true,"rejected":false,"permitsHandedOver":\#(handedOver),"permitsLeft":\#(left)}"#
            return try JSONDecoder().decode(Wire.InboxStatus.self, from: Data(text.utf8))
        }
        #expect(try status("\(Wire.permitsMax)", "20").permitsLeft == 20)
        #expect(try status("0", "0").permitsHandedOver == 0)
        for (handedOver, left) in [
            ("\(Wire.permitsMax + 1)", "0"), ("100000000000", "0"), ("\(Int.max)", "\(Int.max)"), ("-1", "0"),
            ("20", "21"), ("20", "-1"), ("20", "\(Int.min)"), ("1e300", "0"),
        ] {
            #expect(throws: (any Error).self, "\(handedOver), \(left)") { try status(handedOver, left) }
        }
    }
}

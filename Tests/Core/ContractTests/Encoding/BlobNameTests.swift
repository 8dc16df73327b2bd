import Contract
import Testing

@testable import ContractCases

/// The names of blobs, which vaults lay out and page by.
@Suite struct BlobNameTests {
    private let low = Digest([UInt8](repeating: 0x11, count: 32))!
    private let high = Digest([UInt8](repeating: 0x22, count: 32))!

    /// Pages go on after a name: an order that is not that of the texts would leave names out.
    @Test func theOrderIsThatOfTheTexts() throws {
        let records = [low, high].map { RecordHandle($0.bytes)! }
        var addresses = [BlobAddress]()
        for record in records {
            for digest in [low, high] {
                for kind in BlobKind.allCases {
                    addresses.append(BlobAddress(record, BlobName(digest, kind)))
                }
            }
        }
        for one in addresses {
            for other in addresses {
                let inText = Array(one.text.utf8).lexicographicallyPrecedes(Array(other.text.utf8))
                #expect((one < other) == inText, "\(one.text) \(other.text)")
                let named = Array(one.blob.text.utf8).lexicographicallyPrecedes(Array(other.blob.text.utf8))
                #expect((one.blob < other.blob) == named)
            }
            #expect(BlobAddress(Array(one.text.utf8)) == one)
            #expect(BlobName(Array(one.blob.text.utf8)) == one.blob)
        }
    }

    @Test func anythingElseIsNoName() throws {
        let text = BlobAddress(RecordHandle(low.bytes)!, BlobName(high, .descriptor)).text
        for wrong in [
            text.replacing("/", with: "."), text.replacing("/", with: ""), text.replacing("/", with: "//"),
            text.uppercased(), text + "x", "/" + text, String(text.dropFirst()),
            text.replacing("descriptor", with: "description"), "",
        ] {
            #expect(BlobAddress(Array(wrong.utf8)) == nil, "\(wrong)")
        }
        for wrong in [low.hex + ".", low.hex + ".file", low.hex + "descriptor", String(low.hex.dropLast())] {
            #expect(BlobName(Array(wrong.utf8)) == nil, "\(wrong)")
        }
    }
}

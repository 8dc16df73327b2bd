import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// T79: a server shows a certificate of the organisation that it is of; any other organisation's is not enough.
@Suite struct ServerTrustTests {
    @Test func anotherOrganisationsCertificateIsNotBelieved() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("eve", "auditor", "auditor")
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        // hospital1 has issued the server's: to whoever expects the auditor's there, it is a stranger's.
        let path = "eve/network/network.json"
        let text = String(decoding: try story.bytes(path), as: UTF8.self)
        let changed = text.replacing(
            /"serverOperator" ?: ?"hospital1"/, with: #""serverOperator":"auditor""#)
        #expect(changed != text)
        try story.write(path, Data(changed.utf8))
        let refused = try story.medseal(as: "eve", "audit")
        #expect(refused.code != 0)
        #expect(refused.text.contains("its organisation's authority"), "\(refused.text)")
    }
}

import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// The pages that people start with are true: their lines are typed as they are printed, and each does what it says.
@Suite(.serialized, .failsWhenStill) struct WalkthroughTests {
    static let scan =
        Data("a scan that is none ".utf8) + Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 / 7) })

    @Test func theReadMe() throws {
        let scratch = try Scratch()
        _ = try scratch.write("scan.dcm", Array(Self.scan))
        try Walkthrough("README.md", in: scratch.directory).play()
        #expect(try scratch.read("claim/scan.dcm") == Array(Self.scan))
    }

    @Test func forAnInsurer() throws {
        let story = try Self.story()
        try story.enrol("iris", "insurer", "officer")
        try story.write("claim.txt", Data("Claim 4711".utf8))
        try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1001").done()
        let page = Walkthrough("docs/start/insurer.md", in: story.folder)
        try page.play([
            .init(before: "medseal requests") {
                try $0.type("medseal route REQUEST --patient P-1001 --home remo")
                try $0.type("medseal approve REQUEST --all --home noor")
            }
        ])
        #expect(try story.bytes("claim-4711") == Self.scan)
    }

    @Test func forAPatient() throws {
        let story = try Self.story(joining: false)
        try story.enrol("iris", "insurer", "officer")
        let page = Walkthrough("docs/start/patient.md", in: story.folder)
        /// The page's RECORD is another one from here on.
        func anotherRecord(before line: String) -> Walkthrough.Meanwhile {
            .init(before: line) { page in
                try page.type("medseal deposit scan.dcm --again --patient P-1001 --home ada")
                page.values["RECORD"] = try page.shown("record").last
            }
        }
        /// The wallet is lost.
        func lost(before line: String) -> Walkthrough.Meanwhile {
            .init(before: line) { _ in
                try FileManager.default.removeItem(at: story.folder.appending(path: "wallet"))
            }
        }
        try page.play([
            .init(before: "medseal inbox") { page in
                try page.type("medseal patient admit 7Q4K-M2ZD-9XWA --number P-1001 --name Noor --home remo")
                try page.type("medseal deposit scan.dcm --patient P-1001 --home ada")
                for _ in 0..<2 {
                    try page.type(
                        "medseal request --custodian hospital1 --patient P-1001 --purpose claim --days 30 --home iris"
                    )
                    try page.type("medseal route REQUEST --patient P-1001 --home remo")
                }
            },
            .init(before: "medseal reject") { $0.values["REQUEST"] = try $0.shown("request").first },
            anotherRecord(before: "medseal instruct"),
            .init(before: "medseal delegate") {
                try $0.type("medseal wallet join --network net/public --organisation hospital1 --home mother")
                try $0.type("medseal proxy invite --records 3 --to mother.invitation --home mother")
            },
            lost(before: "medseal wallet recover --network"), lost(before: "medseal wallet recover --share"),
        ])
        #expect(try story.bytes("mine") == Self.scan)
    }

    @Test func forAHospital() throws {
        let story = try Self.story(joining: false)
        try story.enrol("bob", "hospital1", "clinician")
        try story.enrol("ben", "hospital2", "gateway")
        let page = Walkthrough("docs/start/hospital.md", in: story.folder)
        try page.type("medseal wallet join --network net/public --organisation hospital1 --home noor")
        let request =
            "medseal request --custodian hospital1 --patient P-1001 --purpose treatment --days 3 --home ben"
        try page.play([
            .init(before: "medseal requests") { try $0.type(request) },
            .init(before: "medseal receive") {
                try $0.type("medseal route REQUEST --patient P-1001 --home remo")
                let record = try $0.shown("record")[0]
                try $0.type("medseal approve REQUEST --record \(record) --home noor")
                $0.values["RECORD"] = record
            },
            .init(before: "medseal record list-removals") {
                try $0.type("medseal agree append.draft --home noor")
                try $0.type("medseal submit append.draft --home remo")
                try $0.type("medseal remove RECORD --home noor")
            },
            .init(before: "medseal emergency prepare") {
                try $0.type("medseal deposit scan.dcm --again --patient P-1001 --home ada")
                $0.values["RECORD"] = try $0.shown("record").last
                $0.values["KEY"] = try Self.key(of: "ada", story)
                $0.values["SECOND"] = try Self.key(of: "bob", story)
            },
        ])
        #expect(try story.bytes("scans") == Self.scan)
    }

    @Test func forAnOffice() throws {
        let scratch = try Scratch()
        try Walkthrough("docs/start/office.md", in: scratch.directory).play([
            .init(before: "medseal member retire") { page in
                try page.type(
                    "medseal member enrol --network net --organisation hospital1 --role clinician --name Bob --home bob"
                )
            }
        ])
    }

    @Test func forAnAuditor() throws {
        let story = try Self.story()
        try story.enrol("eve", "auditor", "auditor")
        let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1001")
        try deposited.done()
        let page = Walkthrough("docs/start/auditor.md", in: story.folder)
        page.values["RECORD"] = deposited.id
        // An emergency lasts for hours, and is reviewed after its end.
        try page.play(leaving: ["medseal emergency review"])
    }

    static func key(of member: String, _ story: Story) throws -> String {
        let listed = try story.medseal(as: member, "member", "list", "--json")
        let own = try Regex(
            "\"key\" : \"([0-9a-f]{64})\",[^}]*\"Member \(member)\"", as: (Substring, Substring).self)
        return String(try #require(listed.text.firstMatch(of: own), "\(listed.text)").output.1)
    }

    /// A network in which a clinician and a gateway of hospital1 work, and a patient, who has joined it or not.
    static func story(joining: Bool = true) throws -> Story {
        let story = try Story([
            "hospital1:hospital", "hospital2:hospital", "insurer:insurer", "auditor:auditor",
        ])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        if joining { try story.admit("noor", at: "hospital1", by: "remo", number: "P-1001") }
        try story.write("scan.dcm", scan)
        try story.write("report.pdf", Data("%PDF-1.4 of a kind".utf8))
        return story
    }
}

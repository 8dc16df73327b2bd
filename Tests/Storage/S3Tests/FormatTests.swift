import Testing

@testable import S3

/// What a store answers, byte for byte: what is read and what is not.
struct FormatTests {
    @Test(
        arguments: [
            ("<a/>", XMLElement(name: "a")),
            ("<a></a >", XMLElement(name: "a")),
            (" <?xml version=\"1.0\" encoding='UTF-8'?>\n\n<a x=\"<\" y='2' />\n", nil),
            ("<?xml version=\"1.0\"?>\n<a x=\"1>2\" y='\"'/>\n", XMLElement(name: "a")),
        ] as [(String, XMLElement?)])
    func documents(_ text: String, _ expected: XMLElement?) {
        #expect((try? XMLElement(decoding: Array(text.utf8))) == expected)
    }

    @Test func entitiesAreReplaced() throws {
        let element = try XMLElement(
            decoding: Array("<a>&lt;&#34;&#x41;&amp;&apos;&quot;&gt;<b>1</b>x</a>".utf8))
        #expect(element.string == "<\"A&'\">x")
        #expect(element.first("b")?.number == 1)
    }

    @Test(arguments: [
        "", "a", "<a", "<a>", "<a></b>", "<a/><b/>", "<a/>x", "<a>&bad;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>", "<a>&#;</a>", "<a>&#x;</a>", "<a>&#-1;</a>", "<a>&amp</a>", "<a x></a>",
        "<a x=1/>", "<a x=\"1\"y=\"2\"/>", "<!DOCTYPE a><a/>", "<a><!-- --></a>", "<a><![CDATA[x]]></a>",
        "<a><?x ?></a>", "< a/>", "<a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a>",
    ])
    func noDocuments(_ text: String) {
        #expect(throws: XMLElement.Malformed.self) { try XMLElement(decoding: Array(text.utf8)) }
    }

    @Test func everyCutIsNoDocument() throws {
        let text = Array("<?xml version=\"1.0\"?><a x=\"1\"><b>&amp;1</b><c/></a>".utf8)
        _ = try XMLElement(decoding: text)
        for count in 0..<text.count {
            #expect(throws: XMLElement.Malformed.self) { try XMLElement(decoding: Array(text[..<count])) }
        }
        #expect(throws: XMLElement.Malformed.self) {
            try XMLElement(decoding: Array("<a>".utf8) + [0xff] + Array("</a>".utf8))
        }
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (951_868_799, "20000229T235959Z"),
        (1_796_068_083, "20261130T194803Z"), (4_102_444_800, "21000101T000000Z"),
    ])
    func times(_ seconds: Int, _ text: String) {
        let time = UTCTime(secondsSince1970: seconds)
        #expect(time.basic == text)
        #expect(time.secondsSince1970 == seconds)
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in 0..<146_097 {
            let time = UTCTime(secondsSince1970: day * 86_400 + 7)
            guard time.secondsSince1970 == day * 86_400 + 7, (1...12).contains(time.month),
                (1...31).contains(time.day)
            else {
                Issue.record("day \(day)")
                return
            }
        }
    }

    @Test func timesAsStoresWriteThem() {
        func http(_ text: String) -> Int? { UTCTime(http: Array(text.utf8))?.secondsSince1970 }
        func iso(_ text: String) -> Int? { UTCTime(iso8601: Array(text.utf8))?.secondsSince1970 }
        #expect(http("Mon, 30 Nov 2026 19:48:03 GMT") == 1_796_068_083)
        #expect(iso("2026-11-30T19:48:03Z") == 1_796_068_083)
        #expect(iso("2026-11-30T19:48:03.000Z") == 1_796_068_083)
        for text in [
            "", "Mon, 30 Nov 2026 19:48:03", "Mon, 30 nov 2026 19:48:03 GMT", "Mon, 3 Nov 2026 19:48:03 GMT",
            "Mon, 30 Nov 2026 24:48:03 GMT", "Mon, 30 Nov 1926 19:48:03 GMT", "Mon, 30 Nov 2026 19:48 GMT",
        ] { #expect(http(text) == nil, "\(text)") }
        for text in [
            "", "Z", "2026-11-30T19:48:03", "2026-11-30 19:48:03Z", "2026-1-30T19:48:03Z",
            "2026-13-30T19:48:03Z",
            "2026-11-30T19:48:03.Z", "2026-11-30T19:48:03.aZ", "2026-11-30T19:60:03Z", "T19:48:03Z",
        ] { #expect(iso(text) == nil, "\(text)") }
    }

    @Test func percentEncoding() {
        #expect(PercentEncoding.encode("a/b c~é", keepingSlash: true) == "a/b%20c~%C3%A9")
        #expect(PercentEncoding.encode("a/b") == "a%2Fb")
        #expect(PercentEncoding.decode(Array("a%2Fb+c%c3".utf8)) == [0x61, 0x2f, 0x62, 0x20, 0x63, 0xc3])
        for text in ["%", "%2", "a%g0"] { #expect(PercentEncoding.decode(Array(text.utf8)) == nil) }
    }
}

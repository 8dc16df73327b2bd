import Primitives
import Testing

/// JSON as bytes: what RFC 8259 allows of it here, one spelling of each value, and nothing that stops the reader.
struct JSONValueTests {
    static let values: [(JSONValue, String)] = [
        (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.number(0), "0"),
        (.number(.max), "18446744073709551615"), (.text(""), #""""#), (.array([]), "[]"), (.object([]), "{}"),
        (
            .text("\u{1}\u{8}\t\n\u{c}\r\"\\/\u{7f}é\u{2028}😀"),
            #""\u0001\b\t\n\f\r\"\\/"# + "\u{7f}é\u{2028}😀\""
        ),
        (
            .object([("b", .array([.number(1), .null])), ("a", .text("x")), ("aa", .bool(true)), ("c", nil)]),
            #"{"a":"x","aa":true,"b":[1,null]}"#
        ),
    ]

    @Test(arguments: values.indices) func eachValueHasOneSpelling(_ index: Int) throws {
        let (value, text) = Self.values[index]
        #expect(value.encoded == Array(text.utf8))
        #expect(try JSONValue(canonical: Array(text.utf8)) == value)
        #expect(try JSONValue(decoding: value.pretty) == value)
    }

    /// Another spelling is read where any is, and nowhere else.
    @Test(arguments: [
        (#" {"b" : 1, "a":[ ] } "#, #"{"a":[],"b":1}"#),
        (#""\/""#, #""/""#),
        (#""\u00e9\ud83d\ude00\u000A""#, "\"é😀\\n\""),
        ("\t[\r\n1]\n", "[1]"),
    ])
    func otherSpellings(_ text: String, _ canonical: String) throws {
        let value = try JSONValue(decoding: Array(text.utf8))
        #expect(value.encoded == Array(canonical.utf8))
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(canonical: Array(text.utf8)) }
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "null null", "{} {}", "[1,]", "[,1]", "[1", "]", "{", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "01", "-1", "1.0",
        "1e3",
        "1E3", "+1", ".5", "18446744073709551616", "99999999999999999999999", "\"", "\"\u{1}\"", "\"\n\"",
        #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#,
        "NaN",
        "// 1", "1 // one", "\u{feff}1",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(decoding: Array(text.utf8)) }
    }

    /// RFC 3629: overlong forms, surrogates, above U+10FFFF, cut off, stray.
    @Test(
        arguments: [
            [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80],
            [0xed, 0xbf, 0xbf],
            [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80],
            [0xff], [0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xe2, 0x28, 0xa1],
            [0xf0, 0x9f, 0x28, 0x80],
            [0xc3, 0x28],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(!UTF8.isValid(bytes))
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(decoding: [0x22] + bytes + [0x22]) }
    }

    /// Every scalar's neighbours at the borders of the forms, as Swift's own strings write them.
    @Test func takesWhatSwiftWrites() {
        for value: UInt32 in [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff]
        {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(UTF8.isValid(Array(String(scalar).utf8)))
        }
    }

    @Test func depthEnds() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(try JSONValue(canonical: nested(JSONValue.depthMax)).encoded == nested(JSONValue.depthMax))
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(decoding: nested(JSONValue.depthMax + 1)) }
        #expect(throws: JSONValue.Malformed.self) {
            try JSONValue(decoding: [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20))
        }
        let objects = String(repeating: #"{"a":"#, count: 1 << 18)
        #expect(throws: JSONValue.Malformed.self) { try JSONValue(decoding: Array(objects.utf8)) }
    }

    /// Whatever is done to a value's bytes, the reader ends; and what it takes it writes as it was.
    @Test func mutationsNeverTrap() throws {
        let value = JSONValue.object([
            ("name", .text("a\"b\\c\u{e9}\n😀")), ("numbers", .array([.number(0), .number(.max)])),
            ("nested", .object([("x", .null), ("y", .object([("z", .bool(true))]))])),
            ("list", .array([.text("")])),
        ])
        let spelling = value.encoded
        // Not a secret: any fixed sequence of numbers serves.
        var seed: UInt64 = 0x9e37_79b9_7f4a_7c15
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % UInt64(bound))
        }
        let alphabet = Array("{}[]\",:\\u0123dD8eE.-+ntf \u{0}\u{ff}".utf8)
        var taken = 0
        for round in 0..<20_000 {
            var bytes = round % 2 == 0 ? spelling : Array(alphabet.prefix(0))
            for _ in 0...next(6) {
                let byte = next(3) == 0 ? UInt8(next(256)) : alphabet[next(alphabet.count)]
                switch next(3) {
                case 0 where !bytes.isEmpty: bytes[next(bytes.count)] = byte
                case 1 where !bytes.isEmpty: bytes.remove(at: next(bytes.count))
                default: bytes.insert(byte, at: next(bytes.count + 1))
                }
            }
            if let read = try? JSONValue(canonical: bytes) {
                taken += 1
                #expect(read.encoded == bytes)
            }
            if let read = try? JSONValue(decoding: bytes) {
                #expect(try JSONValue(canonical: read.encoded) == read)
            }
        }
        #expect(taken > 100)
        for count in spelling.indices {
            #expect(throws: JSONValue.Malformed.self) { try JSONValue(decoding: Array(spelling[..<count])) }
        }
    }

    @Test func membersAreTakenOneByOne() throws {
        let value = try JSONValue(decoding: Array(#"{"n":5,"t":"é","b":"AQI=","a":[1],"x":null}"#.utf8))
        var fields = try JSONFields(value)
        #expect(try fields.count("n") == 5 && fields.text("t") == "é" && fields.base64("b") == [1, 2])
        #expect(throws: JSONValue.Malformed.self) { try fields.end() }
        #expect(throws: JSONValue.Malformed.self) { try fields.number("n") }
        #expect(throws: JSONValue.Malformed.self) { try fields.text("a") }
        #expect(fields.optional("x") == .null && fields.optional("y") == nil)
        try fields.end()
        #expect(throws: JSONValue.Malformed.self) { try JSONFields(.array([])) }
        var wrong = try JSONFields(.object([("b", .text("AQJ=")), ("n", .text("5"))]))
        #expect(throws: JSONValue.Malformed.self) { try wrong.base64("b") }
        #expect(throws: JSONValue.Malformed.self) { try wrong.number("n") }
    }
}

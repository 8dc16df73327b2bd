import Contract
import Identity
import Primitives
import Testing

@testable import Sealing

struct SafeTextTests {
    @Test(arguments: [
        ("plain text", "plain text"),
        ("a\\b", "a\\\\b"),
        ("bell\u{7}", "bell\\u{7}"),
        ("\u{1b}[2J", "\\u{1b}[2J"),
        ("abc\u{202e}cba", "abc\\u{202e}cba"),
        ("zero\u{200d}width", "zero\\u{200d}width"),
        ("\u{430}dmin", "\\u{430}dmin"),
        ("line\r\nbreak", "line\\u{d}\\u{a}break"),
        ("M\u{fc}ller", "M\\u{fc}ller"),
    ])
    func escapes(_ text: String, _ shown: String) { #expect(SafeText.escaped(text) == shown) }

    @Test(arguments: [
        ("scan.dcm", "scan.dcm"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".bashrc", "bashrc"),
        ("--force", "force"),
        ("-rf", "rf"),
        ("..", "fallback"),
        (".", "fallback"),
        ("", "fallback"),
        ("/", "fallback"),
        ("a b;rm *.dcm", "a_b_rm__.dcm"),
        ("\u{202e}mcd.exe", "_mcd.exe"),
        ("\u{41e}", "fallback"),
        ("x\u{0}.dcm", "x_.dcm"),
        ("dir/.-hidden", "hidden"),
    ])
    func fileNames(_ name: String, _ safe: String) {
        #expect(SafeText.fileName(name, fallback: "fallback") == safe)
    }

    @Test func aLongNameKeepsItsEnd() {
        let name = SafeText.fileName(String(repeating: "a", count: 500) + ".dcm", fallback: "f")
        #expect(name.utf8.count == SafeText.fileNameBytesMax)
        #expect(name.hasSuffix(".dcm"))
    }

    @Test func namesInADescriptorDoNotMeet() {
        func file(_ name: String) -> Descriptor.File {
            Descriptor.File(
                name: name, mediaType: "x", byteCount: 0, sha256: Digest(hashing: []),
                ciphertext: Digest(hashing: Random.bytes(4)), dicom: nil)
        }
        let names = ["a.dcm", "x/a.dcm", "A.DCM", "a-2.dcm", "..", "readme", "README"]
        let safe = Descriptor(patient: "P-1", depositedAt: 0, files: names.map(file)).safeFileNames
        #expect(safe == ["a.dcm", "a-2.dcm", "A-3.DCM", "a-2-2.dcm", "file-5", "readme", "README-2"])
        #expect(Set(safe.map { $0.lowercased() }).count == names.count)
    }
}

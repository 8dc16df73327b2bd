import Testing

@testable import Primitives

@Suite struct PassphraseStrengthTests {
    private func suffices(_ text: String, _ names: String...) -> Bool {
        PassphraseStrength.suffices(SecretBytes(copying: Array(text.utf8)), besides: names)
    }

    @Test(arguments: [
        "four lanterns under ice", "correct horse noor 1234987", "Grüße aus Übersee", "x9!kq2#Lm7v$",
        "mJ3vQ8+zTn1/wPqLxY5rGd0b", "二十四橋明月夜玉人何處教",
    ])
    func whatNobodyGuessesSuffices(_ text: String) { #expect(suffices(text)) }

    @Test(arguments: [
        "", "tin opener", "aaaaaaaaaaaaaaaaaaaa", "12345678901234567890", "abcdefghijklmnopqrst",
        "zyxwvutsrqponmlkjih",
        "Password123456789", "passwordpassword", "QwertyUiop123456", "correct horse battery staple",
        "letmeinletmein99",
        "abababababababab", "medsealhospital1", "äöäöäöäöäöäö",
    ])
    func whatListsOfGuessesHaveDoesNot(_ text: String) { #expect(!suffices(text)) }

    @Test func namesDoNotCount() {
        #expect(suffices("Ada Byron river"))
        #expect(!suffices("Ada Byron river", "ada", "Ada Byron"))
        // A name of one or two letters stands in every text.
        #expect(suffices("four lanterns under ice", "a", "o"))
    }
}

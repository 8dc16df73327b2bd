/// The words of a text, in their order: letters, digits, underscores. Byte by byte, for all sources are read.
func words(of text: some StringProtocol) -> [Substring] {
    Substring(text).utf8.split { byte in
        let letter = byte | 0x20
        return
            !(letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
            || byte >= 0x80)
    }.map { Substring($0) }
}

/// The words of a text that follow one of these.
func words(of text: some StringProtocol, after keywords: Set<Substring>) -> Set<String> {
    let words = words(of: text)
    return Set(zip(words, words.dropFirst()).filter { keywords.contains($0.0) }.map { String($0.1) })
}
